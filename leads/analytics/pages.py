"""The analytics page, the leads behind each of its numbers, and its files (contract A20)."""

from datetime import date, timedelta
from functools import cached_property
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Min
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views import View

from cars.models import Car
from leads.analytics import panels, words
from leads.analytics.answers import figure_answer, figure_leads
from leads.analytics.csv import write_figure
from leads.analytics.figures import FIGURES
from leads.analytics.forms import NARROWING, USUAL_DAYS, FigureForm
from leads.models import Lead
from steerleads.api.errors import ValidationFailed
from steerleads.db.ids import parse_id
from steerleads.dealers.actors import ActorType
from steerleads.dealers.hours.days import local_date
from steerleads.dealers.models import ApiKey, Dealership, Role
from steerleads.dealers.permissions import dealership_of, has_role

MOST_OFFERED = 100
LEADS_ON_PAGE = 50
MAIN = ("dealership", "from", "to", "compare", "by")


class FigureView(View):
    """Salespeople and managers see their dealership's figures, a superuser those of one at a time."""

    http_method_names = ["get", "head"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not has_role(request.user, Role.SALESPERSON):
            raise PermissionDenied
        if "figure" in kwargs and kwargs["figure"] not in FIGURES:
            raise Http404
        if self.dealership is None:
            return redirect("admin:index")  # a fresh installation's superuser, before the first dealership
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def dealership(self) -> Dealership | None:
        """The person's own; a superuser's own or the first one, unless the address names another."""
        own = dealership_of(self.request.user)
        if not self.request.user.is_superuser:
            return own
        if chosen := self.request.GET.get("dealership"):
            found = Dealership.objects.filter(pk=parse_id(chosen)).first()
            if found is None:
                raise Http404
            return found
        return own or Dealership.objects.order_by("name").first()

    @cached_property
    def of_dealership(self) -> str:
        """What each of a superuser's addresses has behind its other parameters."""
        return f"&{urlencode({'dealership': self.dealership.pk})}" if self.request.user.is_superuser else ""

    def ask(self, figure: str, query: QueryDict) -> dict[str, Any]:
        base = reverse("analytics:page").rstrip("/")
        return figure_answer(self.dealership, figure, query, viewer=self.request.user, base=base)

    def frame(self, title: str) -> dict[str, Any]:
        return {
            **admin.site.each_context(self.request),
            "title": title,
            "dealership": self.dealership,
            "of_dealership": self.of_dealership,
        }


class Page(FigureView):
    def get(self, request: HttpRequest) -> HttpResponse:
        context = {**self.frame(_("Analytics")), **self.filters()}
        if self.form.is_valid():
            try:
                context |= self.figures()
            except ValidationFailed as error:
                context["refusal"] = error.message
        return render(request, "analytics/page.html", context)

    @cached_property
    def form(self) -> FigureForm:
        today = local_date(int(timezone.now().timestamp()), self.dealership.tz)
        dealerships = list(Dealership.objects.order_by("name")) if self.request.user.is_superuser else []
        return FigureForm(self.request.GET, today=today, dealerships=dealerships)

    def figures(self) -> dict[str, Any]:
        read = panels.read(self.form, self.ask)
        compared = read["conversion"].get("compared")
        as_of = parse_datetime(read["conversion"]["asOf"]).astimezone(self.dealership.tz)
        return {
            **read,
            "period": _period(read["conversion"]),
            "compared": compared and _period(compared),
            "as_of": f"{date_format(as_of, 'DATE_FORMAT')} {as_of:%H:%M}",
        }

    def filters(self) -> dict[str, Any]:
        fields = {field.name: field for field in self.form.visible_fields()}
        return {
            "filter_form": self.form,
            "main_fields": [fields[name] for name in MAIN if name in fields],
            "narrowing_fields": [fields[name] for name in NARROWING if name in fields],
            "periods": self.periods(),
            "clear": f"?{self.of_dealership.removeprefix('&')}",
            "offered": offered(self.dealership),
        }

    def periods(self) -> list[tuple[str, str, bool]]:
        """Usual periods: (name, query, whether it is the one that is shown). The other filters stay as they are."""
        shown = self.form.days() if self.form.is_valid() else None
        named = []
        for name, first, last in usual_periods(self.form.today):
            query = self.request.GET.copy()
            query["from"], query["to"] = first.isoformat(), last.isoformat()
            named.append((name, query.urlencode(), shown == (first, last)))
        return named


class Leads(FigureView):
    """Exactly the leads that a number counts, as they are now."""

    def get(self, request: HttpRequest, figure: str) -> HttpResponse:
        query = asked_of_figures(request.GET)
        cell = query.get("cell", "")
        try:
            leads, gone = figure_leads(self.dealership, figure, query, cell, viewer=request.user)
        except ValidationFailed as error:
            raise Http404 from error
        leads = leads.select_related("car").order_by("-created_at", "-pk")
        page = Paginator(leads, LEADS_ON_PAGE).get_page(request.GET.get("p"))
        context = {
            **self.frame(_("Leads behind a number")),
            "what": words.cell(cell),
            "period": _asked_period(query),
            "page": page,
            "gone": gone,
            "query": _without(request.GET, "p").urlencode(),
            "back": f"{reverse('analytics:page')}?{_without(request.GET, 'p', 'cell', 'interval').urlencode()}",
        }
        with timezone.override(self.dealership.tz):
            return render(request, "analytics/leads.html", context)


class Csv(FigureView):
    """A figure as a file for the spreadsheet of who asks (contract A19)."""

    def get(self, request: HttpRequest, figure: str) -> HttpResponse:
        try:
            answer = self.ask(figure, asked_of_figures(request.GET))
        except ValidationFailed as error:
            raise Http404 from error
        file = BytesIO()
        write_figure(file, answer, self.dealership.language)
        name = f"{figure}-{timezone.localdate(timezone=self.dealership.tz)}.csv"
        headers = {"Content-Disposition": content_disposition_header(True, name)}
        return HttpResponse(file.getvalue(), content_type="text/csv; charset=utf-8", headers=headers)


def asked_of_figures(query: QueryDict) -> QueryDict:
    """What an address says to a figure, without what it says to a page."""
    return _without(query, "p", "dealership")


def usual_periods(today: date) -> list[tuple[str, date, date]]:
    """[(name, first day, last day)]"""
    month = today.replace(day=1)
    before = month - timedelta(days=1)
    return [
        (_("Last 30 days"), today - timedelta(days=USUAL_DAYS - 1), today),
        (_("Last 90 days"), today - timedelta(days=89), today),
        (_("This month"), month, today),
        (_("Last month"), before.replace(day=1), before),
        (_("This year"), today.replace(month=1, day=1), today),
    ]


def offered(dealership: Dealership) -> dict[str, list[str]]:
    """What the filters suggest: texts in use, in their alphabet's order."""
    tags = Lead.objects.of(dealership).exclude(tag_folded=None).order_by("tag_folded")
    makes = Car.objects.of(dealership).order_by("make_folded")
    keys = ApiKey.objects.filter(dealership=dealership).order_by("name").values_list("name", flat=True).distinct()
    return {
        "tags": [tag for _, tag in tags.values_list("tag_folded").annotate(shown=Min("tag"))[:MOST_OFFERED]],
        "makes": [make for _, make in makes.values_list("make_folded").annotate(shown=Min("make"))[:MOST_OFFERED]],
        "sources": [f"{ActorType.API_KEY}:{name}" for name in keys[:MOST_OFFERED]],
    }


def _period(answer):
    return words.period(date.fromisoformat(answer["from"]), date.fromisoformat(answer["to"]))


def _asked_period(query):
    first, last = (parse_date(query.get(name, "")) for name in ("from", "to"))
    return words.period(first, last) if first and last else ""


def _without(query, *names):
    kept = query.copy()
    for name in names:
        kept.pop(name, None)
    return kept
