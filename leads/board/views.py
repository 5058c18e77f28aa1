"""The board itself: the page, its cards, and the moves."""

from django.contrib import admin
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from leads import actions
from leads.board import texts
from leads.board.base import BoardView, answer, refuse
from leads.board.bodies import BulkBody, MoveBody, changes_of, place_of
from leads.board.columns import PAGE, leads_of, numbers_on_top, to_the_top, view
from leads.board.filters import chosen_dealership, read_filters, tags_in_use
from leads.board.polling import FIRST_SIZES, moment_of, rendered, tag_of
from leads.board.undo import way_back
from leads.bulk import MOST_AT_ONCE, change_leads
from leads.conflicts import Seen, check_unmoved
from leads.errors import LeadNotFound
from leads.history import batch_of
from leads.models import Status
from leads.work.filters import ME, NOBODY
from steerleads.api import etags, json
from steerleads.db.ids import parse_id
from steerleads.dealers.models import Dealership


class Page(BoardView):
    http_method_names = ["get"]

    def get(self, request):
        if read_filters(request).dealership is None:
            return redirect("admin:index")  # a fresh installation's superuser, before the first dealership
        now = timezone.now()
        moment = moment_of(self.filters, FIRST_SIZES, now=now)
        seen = view(self.filters, FIRST_SIZES, now=now)
        shown = {
            "columns": self._with_cards(seen),
            "fresh": json.render(seen.fresh).decode(),
            "now": int(now.timestamp() * 1000),
            # What the first poll would be told, which then is told nothing.
            "tag": etags.quoted(tag_of(moment, rendered(seen))),
        }
        return render(request, "board/page.html", {**self._frame(), **self._choices(), **shown})

    def _frame(self):
        return {
            **admin.site.each_context(self.request),
            "title": _("Lead board"),
            "is_nav_sidebar_enabled": False,
            "settings": {
                **texts.settings(chosen_dealership(self.request)),
                # What the browser keeps is of this person and this dealership.
                "keeper": f"{self.request.user.pk}.{self.dealership.pk}",
            },
        }

    def _choices(self):
        return {
            "filters": self.filters,
            "sorts": {
                "": _("By hand"),
                "newest": _("Newest first"),
                "waiting": _("Longest waiting first"),
                "due": _("Due first"),
            },
            "chips": self._chips(),
            "contacts": [
                ("call", "no_answer", _("Called: no answer")),
                ("call", "reached", _("Called: reached")),
                ("whatsapp", "reached", _("Wrote by WhatsApp")),
                ("email", "reached", _("Wrote a mail")),
                ("visit", "reached", _("Was here")),
            ],
            "tags": tags_in_use(self.dealership),
            "dealerships": Dealership.objects.order_by("name") if self.request.user.is_superuser else [],
            "may_add": self.admin.has_add_permission(self.request),
            "may_bulk": self.admin.has_bulk_permission(self.request),
            "export": self._export() if self.admin.has_export_permission(self.request) else "",
            "statuses": Status,
        }

    def _chips(self):
        """[(name of a filter, value, words, whether it is on)]: one tap each."""
        chips = [
            ("assignee", ME, _("Mine")),
            ("assignee", NOBODY, _("Unassigned")),
            ("due", "overdue", _("Overdue")),
            ("due", "today", _("Today")),
        ]
        shown = [chip for chip in chips if chip[1] != ME or self.filters.me]
        return [(name, value, words, getattr(self.filters, name) == value) for name, value, words in shown]

    def _export(self):
        """Where what this board shows can be exported, though a superuser's address may not say whose board it is."""
        query = self.request.GET.copy()
        for name in ("lead", "sort"):  # whose panel is open, and how it is looked at
            query.pop(name, None)
        if self.request.user.is_superuser:
            query["dealership"] = str(self.dealership.pk)
        return f"{reverse('interchange:board')}?{query.urlencode()}"

    def _with_cards(self, seen):
        leads = leads_of(self.filters, seen.columns)
        cards = self.cards([lead for some in leads for lead in some], seen.times)
        shown = ([cards[str(lead.pk)] for lead in some] for some in leads)
        return list(zip(seen.columns, shown, strict=True))


class Cards(BoardView):
    """The HTML of up to PAGE cards, by their ids."""

    http_method_names = ["get"]

    def get(self, request):
        ids = [id for text in request.GET.getlist("id")[:PAGE] if (id := parse_id(text))]
        return answer({"cards": self.cards_by_id(ids)})


class Token(BoardView):
    """The token that writes need. Who signs in again in another tab makes this page's own worthless."""

    http_method_names = ["get"]

    def get(self, request):
        return answer({"token": get_token(request)})


class Move(BoardView):
    """One lead to its place, by its neighbours' ids."""

    http_method_names = ["post"]

    def post(self, request):
        self.need("change")
        move = self.body(MoveBody)
        seen = {name: move[name] for name in ("version", "mine") if name in move}
        lead = actions.move_lead(self.dealership, move["lead"], place_of(move), actor=self.actor, **seen)
        return self.saved(lead)


class BulkChange(BoardView):
    """The same done to one lead or to several: archive, restore, or a new status, tag or both."""

    http_method_names = ["post"]

    def post(self, request):
        many = self.body(BulkBody)
        ids = many["leads"]
        if not 1 <= len(ids) <= MOST_AT_ONCE:
            return refuse(_("Choose between 1 and %(most)s leads.") % {"most": MOST_AT_ONCE})
        self.need("change" if len(ids) == 1 else "bulk")
        how = {"actor": self.actor, "batch": batch_of(ids), "orders": "status" in many.get("value", {})}
        changed = change_leads(self.dealership, ids, self._wanted(many, len(set(ids))), **how)
        if not changed.done:
            raise next(iter(changed.refused.values()), LeadNotFound())
        back = [way for before, after in changed.done if (way := way_back(before, after))]
        refused = [*changed.refused, *changed.gone]
        done = [after.pk for _before, after in changed.done]
        return answer({"done": done, "left": len(refused), "refused": refused, "back": back})

    def _wanted(self, many, count):
        """What is written of each lead: they come to the top of another column in the order in which they were chosen."""
        changes, numbers = changes_of(many), None

        def wanted(lead):
            nonlocal numbers
            if "version" in many:
                check_unmoved(lead, Seen(many["version"], many.get("mine", frozenset())), actor=self.actor)
            if "status" not in changes:
                return changes
            # Under the lock of the orders, which nobody can change meanwhile.
            numbers = numbers or iter(numbers_on_top(self.dealership, changes["status"], count))
            return to_the_top(lead, changes, next(numbers))

        return wanted
