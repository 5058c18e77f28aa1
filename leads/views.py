"""The leads API: the nine operations of the page, and history and archive beside them."""

from django.utils import timezone

from cars.errors import CarNotFound
from cars.models import Car
from leads import actions
from leads.errors import LeadNotFound, lead_validation
from leads.fields import SORTS, WRITABLE
from leads.filters import LeadFilters
from leads.models import Lead, LeadEvent, Status
from leads.openapi import documents, history_documents
from leads.serializers import (
    INCLUDED,
    ORIGIN_COLUMNS,
    HistoryEntry,
    LeadChanges,
    LeadSerializer,
    LeadWithCarSerializer,
    NewLead,
    NewOrder,
    NewOrders,
    origin_object,
)
from leads.work.listing import INCLUDED as INCLUDED_IN_LISTS
from leads.work.listing import check_may_ask, is_included, with_work
from leads.work.showing import PLAN_COLUMNS, Shown, etag_of, with_response
from steerleads.api.errors import ValidationFailed
from steerleads.api.listing import Listing
from steerleads.api.lists import ListViewSet
from steerleads.api.serializers import offer
from steerleads.db.text import shown
from steerleads.dealers.actors import Actor
from steerleads.dealers.idempotency import idempotent
from steerleads.dealers.models import Scope
from steerleads.dealers.permissions import check_scope

LEADS = Listing(
    model=Lead,
    columns=LeadWithCarSerializer.columns,
    render=LeadWithCarSerializer.render,
    sorts=SORTS,
    default="order",
    ties=("created_at", "id"),
    nullable=frozenset({"work__due"}),
    sort_name="LeadSort",
)
EVENTS = Listing(
    model=LeadEvent,
    columns=HistoryEntry.columns,
    render=HistoryEntry.render,
    sorts={"at": "at"},
    default="at",
    ties=("id",),
    descending=True,
)


@documents
class LeadViewSet(ListViewSet):
    queryset = Lead.objects.none()
    filterset_class, listing, list_failure = LeadFilters, LEADS, staticmethod(lead_validation)
    area = "leads"
    not_found = {"id": LeadNotFound, "carId": CarNotFound}
    further_parameters = {"include": True}

    @property
    def actor(self):
        return Actor.of_key(self.request.auth)

    def get_queryset(self):
        leads = with_response(Lead.objects.of(self.dealership))
        if self.action == "list_of_car":
            return leads.filter(car=self.path["carId"])
        if self.action == "list_of_status":
            return leads.with_status(self.path["status"])
        return leads

    def not_found_error(self, id):
        return actions.not_found_error(id)

    # --- Lists ---------------------------------------------------------------------------------

    def list_parameters(self):
        parameters = super().list_parameters()
        check_may_ask(self.request.auth, parameters)
        if is_included(parameters):
            parameters.choices("include", INCLUDED_IN_LISTS)
            self.listing = with_work(self.listing, self.dealership, timezone.now())
        elif parameters.pop("include", None):  # `car` is there anyway, and an origin is shown of one lead alone
            self.ignored_parameters = [*self.ignored_parameters, "include"]
        return parameters

    def list_of_car(self, request, carId):
        return self.list_query().answer(if_empty=self._check_car)

    def list_of_status(self, request, status):
        parameters = self.list_parameters()
        if status not in Status.values:
            wrong = f"“{shown(status)}” is not a status. {offer(status, Status.values)}"
            parameters.refuse("status", wrong, "invalid_choice")
        return self.list_query(parameters).answer()

    def _check_car(self):
        if not Car.objects.of(self.dealership).filter(pk=self.path["carId"]).exists():
            raise CarNotFound()

    # --- One lead ------------------------------------------------------------------------------

    def retrieve(self, request, id):
        parameters = self.parameters({"include": True})
        include = parameters.choices("include", INCLUDED)
        if "work" in include:
            check_scope(request.auth, Scope.WORK_READ)
        parameters.settle()
        if "car" in include:
            shape, versions = LeadWithCarSerializer, ("version", "car__version")
        else:
            shape, versions = LeadSerializer, ("version",)
        origin = ORIGIN_COLUMNS if "origin" in include else ()
        work = ("work__version", *PLAN_COLUMNS) if "work" in include else ()
        lead, archived, *values = self.get_shown(shape, "archived", *versions, *origin, *work)
        # An origin is written with its lead and never changed: the versions name the state of all that is shown.
        tags = [str(values.pop(0)) for _ in versions]
        if origin:
            lead["origin"] = origin_object([values.pop(0) for _ in origin])
        if work:
            version, *plan = values
            lead["work"] = Shown(self.dealership, timezone.now()).plan(plan)
            tags.append(etag_of(version, lead["work"]))
        return self._shown(lead, ".".join(tags), archived)

    def create(self, request, carId):
        self.parameters()
        fields = self._read_lead(NewLead)
        if "carId" in fields and str(fields["carId"]) != carId.lower():
            raise ValidationFailed("This is not the carId of the path.", field="carId")

        def act():
            lead = actions.create_lead(self.dealership, self.path["carId"], _columns(fields), actor=self.actor)
            return self._whole(lead, status=201, Location=f"/v1/leads/{lead.pk}"), lead.pk

        return idempotent(self, act, gone=LeadNotFound)

    def partial_update(self, request, id):
        self.parameters()
        fields = self._read_lead(LeadChanges, partial=True)

        def act():
            lead = actions.change_lead(
                self.dealership,
                self.path["id"],
                _columns(fields),
                actor=self.actor,
                if_match=self.if_match(),
                car_id=fields.get("carId"),
            )
            if self.prefers_representation():
                return self._whole(lead, Preference_Applied="return=representation"), lead.pk
            changed = {name: getattr(lead, WRITABLE[name]) for name in WRITABLE if name in fields}
            return self.answer({"id": lead.pk, **changed, "updatedAt": lead.updated_at}, etag=lead.etag), lead.pk

        return idempotent(self, act, gone=LeadNotFound)

    def set_order(self, request, id):
        self.parameters()
        fields = self.read(NewOrder)

        def act():
            lead = actions.change_lead(
                self.dealership, self.path["id"], fields, actor=self.actor, if_match=self.if_match()
            )
            body = {"success": True, "message": "Lead order updated successfully"}
            body |= {"id": lead.pk, "order": lead.order, "updatedAt": lead.updated_at}
            return self.answer(body, etag=lead.etag), lead.pk

        return idempotent(self, act, gone=LeadNotFound)

    def archive(self, request, id):
        return self._archive(actions.archive_lead, id)

    def restore(self, request, id):
        return self._archive(actions.restore_lead, id)

    def destroy(self, request, id):
        self.parameters()
        actions.delete_lead(self.dealership, self.path["id"], actor=self.actor, if_match=self.if_match())
        return self.answer({"success": True, "message": "Lead deleted successfully"})

    # --- Many ----------------------------------------------------------------------------------

    def reorder(self, request, carId):
        self.parameters()
        orders = self.read(NewOrders)["leadOrders"]

        def act():
            actions.reorder_leads(self.dealership, self.path["carId"], orders, actor=self.actor)
            return self.answer({"success": True, "message": "Leads reordered successfully"}), None

        return idempotent(self, act)

    # --- How -----------------------------------------------------------------------------------

    def _archive(self, verb, id):
        self.parameters()

        def act():
            lead = verb(self.dealership, self.path["id"], actor=self.actor, if_match=self.if_match())
            return self._whole(lead), lead.pk

        return idempotent(self, act, gone=LeadNotFound)

    def _whole(self, lead, **answer):
        return self._shown(LeadSerializer.of(lead), lead.etag, lead.archived, **answer)

    def _shown(self, body, etag, archived, **answer):
        if archived:
            answer["X_Archived"] = "true"
        return self.answer(body, etag=etag, **answer)

    def _read_lead(self, body, *, partial=False):
        fields = self.read(body, partial=partial)
        if "carId" in fields:
            self.ignored_fields.append("carId")
        return fields


@history_documents
class HistoryViewSet(ListViewSet):
    """What happened to a lead."""

    queryset = LeadEvent.objects.none()
    listing = EVENTS
    area = "leads"
    not_found = {"id": LeadNotFound}

    def get_queryset(self):
        return LeadEvent.objects.of(self.dealership).filter(lead_id=self.path["id"])

    def list(self, request, id):
        query = self.list_query()
        if not Lead.objects.of(self.dealership).filter(pk=self.path["id"]).exists():
            raise actions.not_found_error(self.path["id"])
        return query.answer()


def _columns(fields):
    return {WRITABLE[name]: value for name, value in fields.items() if name in WRITABLE}
