"""What every page and call of the board has in common: who may, whose leads, and how a refusal is state."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, JsonResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View

from leads.board.cards import render_cards
from leads.board.filters import read_filters
from leads.board.planning import Planner
from leads.board.times import Times
from leads.errors import LeadChangedMeanwhile, LeadMovedMeanwhile, LeadNotFound, UnauthorizedLeadAccess
from leads.models import Lead, Status
from leads.work.errors import InvalidAssignee
from steerleads.api import json
from steerleads.api.errors import ApiError, PreconditionFailed, ValidationFailed
from steerleads.api.serializers import check
from steerleads.dealers.actors import Actor, shown_name
from steerleads.dealers.models import Role
from steerleads.dealers.permissions import has_role


class BoardView(View):
    """Roles are those of the leads' own admin. A refusal is {"message": …} in the person's language."""

    @cached_property
    def admin(self):
        return admin.site.get_model_admin(Lead)

    @cached_property
    def filters(self):
        filters = read_filters(self.request)
        if filters.dealership is None:
            raise Http404
        return filters

    @property
    def dealership(self):
        return self.filters.dealership

    @property
    def actor(self):
        return Actor.of_user(self.request.user)

    @property
    def planner(self):
        manages = has_role(self.request.user, Role.MANAGER)
        return Planner(self.dealership, self.actor, self.filters.me, manages)

    def dispatch(self, request, *args, **kwargs):
        if not self.admin.has_view_permission(request):
            raise PermissionDenied
        try:
            return super().dispatch(request, *args, **kwargs)
        except ApiError as error:
            return refuse(refusal(error), error.status)

    def need(self, permission):
        if not getattr(self.admin, f"has_{permission}_permission")(self.request):
            raise PermissionDenied

    def body(self, serializer_class):
        """The clean values of the JSON object that was sent. Raises ValidationFailed."""
        # Judged first: of a form, whoever looked for the token in it has read the body already.
        if self.request.content_type != "application/json":
            raise ValidationFailed("Send the body as Content-Type: application/json.")
        try:
            sent = json.parse_object(self.request.body)
        except json.NotJSON as error:
            raise ValidationFailed(str(error)) from None
        values, _ignored = check(serializer_class, sent)
        return values

    def cards(self, leads, times=None):
        """{id: HTML} of the cards of these leads (with their cars and their work)."""
        open_leads = {lead.pk for lead in leads if lead.status == Status.NEW}
        return render_cards(
            leads,
            times or Times(self.dealership, open_leads, now=timezone.now()),
            me=self.filters.me,
            may_change=self.admin.has_change_permission(self.request),
            may_bulk=self.admin.has_bulk_permission(self.request),
        )

    def saved(self, lead, **more):
        """The answer to a write of one lead: its card as it is now."""
        state = {"lead": lead.pk, "title": lead.action, "version": lead.version, "cards": self.cards_by_id([lead.pk])}
        return answer({**state, **more})

    def cards_by_id(self, ids):
        """The same of these leads, as they are now. Those that are gone or archived are left out."""
        leads = Lead.objects.of(self.dealership).with_archived(False).filter(pk__in=ids)
        return self.cards(leads.select_related("car", "work"))


def answer(data, status=200):
    return json.answer(data, status=status)


def refuse(message, status=400):
    return JsonResponse({"message": str(message)}, status=status)


def refusal(error):
    """What a person on the board reads when a verb refuses."""
    if isinstance(error, LeadMovedMeanwhile):
        return _("%(who)s moved or archived this lead meanwhile.") % {"who": shown_name(error.actor_name)}
    if isinstance(error, LeadChangedMeanwhile):
        return _("%(who)s changed this lead meanwhile, so it stays as it is now.") % {
            "who": shown_name(error.actor_name)
        }
    if isinstance(error, LeadNotFound | UnauthorizedLeadAccess):
        return _("This lead is not there any more.")
    if isinstance(error, InvalidAssignee):
        return _("This colleague does not work here any more.")
    if isinstance(error, PreconditionFailed):
        return _("A colleague is changing this lead just now. Try again.")
    return error.message
