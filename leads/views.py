"""The leads API: the nine operations of the page, and history and archive beside them."""

from functools import partial

from cars.errors import CarNotFound
from cars.models import Car
from leads import actions
from leads.errors import LeadNotFound, lead_validation
from leads.fields import SORTS, WRITABLE
from leads.filters import LeadFilters
from leads.models import Lead, LeadEvent, Status
from leads.openapi import described
from leads.serializers import (
    CAR_COLUMNS,
    EVENT_COLUMNS,
    LEAD_COLUMNS,
    LeadBody,
    OrderBody,
    ReorderBody,
    event_object,
    lead_object,
    lead_with_car,
    row_of,
)
from steerleads.api.errors import ValidationFailed
from steerleads.api.lists import PAGING, SORTING, Listing, ListQuery
from steerleads.api.serializers import offer
from steerleads.api.views import ApiViewSet
from steerleads.db.compiled import Repeated, by_id
from steerleads.db.ids import parse_id
from steerleads.db.text import shown
from steerleads.dealers.actors import Actor
from steerleads.dealers.idempotency import once

LEADS = Listing(
    model=Lead,
    columns=(*LEAD_COLUMNS, *CAR_COLUMNS),
    render=lead_with_car,
    sorts=SORTS,
    default="order",
    ties=("created_at", "id"),
)
EVENTS = Listing(
    model=LeadEvent,
    columns=EVENT_COLUMNS,
    render=event_object,
    sorts={"at": "at"},
    default="at",
    ties=("id",),
    descending=True,
)


def _one(*columns):
    """The CompiledQuery that reads these columns of one lead."""
    return by_id(lambda dealership, id: Lead.objects.of(dealership).filter(pk=id).order_by().values_list(*columns))


ONE = _one(*LEAD_COLUMNS, "archived", "version")
ONE_WITH_CAR = _one(*LEAD_COLUMNS, *CAR_COLUMNS, "archived", "version", "car__version")
LEAD_PARAMETERS = {**LeadFilters.known(), "archived": False, **SORTING, **PAGING}
ARCHIVED = {"false": [False], "true": [True], "any": [False, True]}


@described
class LeadViewSet(ApiViewSet):
    queryset = Lead.objects.none()
    area = "leads"

    @property
    def dealership(self):
        return self.request.auth.dealership

    @property
    def actor(self):
        return Actor.of_key(self.request.auth)

    # --- Lists ---------------------------------------------------------------------------------

    def list(self, request):
        query, found = self._asked()
        return query.answer(found("all", lambda leads: leads))

    def list_of_car(self, request, carId):
        query, found = self._asked()
        car_id = parse_id(carId)
        if car_id is None:
            raise CarNotFound()
        leads = found("car", lambda leads, car: leads.filter(car_id=car), car_id)
        return query.answer(leads, if_empty=partial(self._check_car, car_id))

    def list_of_status(self, request, status):
        query, found = self._asked(status)
        return query.answer(found(status, lambda leads: leads.with_status(status)))

    def _asked(self, path_status=None):
        """The list's query, judged, and `found(name, narrow, *ids)`: the leads that it filters, narrowed by the path."""
        parameters = self.parameters(LEAD_PARAMETERS)
        if path_status is not None and path_status not in Status.values:
            wrong = f"“{shown(path_status)}” is not a status. {offer(path_status, Status.values)}"
            parameters.refuse("status", wrong, "invalid_choice")
        archived = ARCHIVED[parameters.yes_or_no("archived", beside=["any"])]
        asked = LeadFilters.read(parameters)

        def found(name, narrow, *ids):
            return Repeated(
                (name, *archived, *asked.shape),
                partial(_narrowed, narrow, len(ids), asked.narrow, archived),
                self.dealership.pk,
                *ids,
                *asked.values,
                fields=asked.fields,
                planned_each_time=bool(asked.shape),  # the best plan for a rare word is the worst for a common one
            )

        return ListQuery(self, LEADS, parameters, failure=lead_validation), found

    def _check_car(self, car_id):
        if not Car.objects.of(self.dealership).filter(pk=car_id).exists():
            raise CarNotFound()

    def history(self, request, id):
        query = ListQuery(self, EVENTS, self.parameters(PAGING))
        self._found(id, ONE)
        return query.answer(LeadEvent.objects.of(self.dealership).filter(lead_id=parse_id(id)))

    # --- One lead ------------------------------------------------------------------------------

    def retrieve(self, request, id):
        parameters = self.parameters({"include": False})
        include = parameters.choice("include", ["car"], None)
        parameters.settle()
        if include:
            *row, archived, version, car_version = self._found(id, ONE_WITH_CAR)
            return self._shown(lead_with_car(row), f"{version}.{car_version}", archived)
        *row, archived, version = self._found(id, ONE)
        return self._shown(lead_object(row), str(version), archived)

    def create(self, request, carId):
        self.parameters()
        fields = self._read_lead()
        if fields.get("carId", parse_id(carId)) != parse_id(carId):
            raise ValidationFailed("This is not the carId of the path.", field="carId")

        def act():
            car_id = parse_id(carId)
            if car_id is None:
                raise CarNotFound()
            lead = actions.create_lead(self.dealership, car_id, _columns(fields), actor=self.actor)
            return self._whole(lead, status=201, Location=f"/v1/leads/{lead.pk}"), lead.pk

        return once(self, act, gone=LeadNotFound)

    def partial_update(self, request, id):
        self.parameters()
        fields = self._read_lead(partial=True)

        def act():
            lead = actions.change_lead(
                self.dealership,
                self._id(id),
                _columns(fields),
                actor=self.actor,
                if_match=self.if_match(),
                car_id=fields.get("carId"),
            )
            if self.prefers_representation():
                return self._whole(lead, Preference_Applied="return=representation"), lead.pk
            changed = {name: getattr(lead, WRITABLE[name]) for name in WRITABLE if name in fields}
            return self.answer({"id": lead.pk, **changed, "updatedAt": lead.updated_at}, tag=lead.etag), lead.pk

        return once(self, act, gone=LeadNotFound)

    def set_order(self, request, id):
        self.parameters()
        fields = self.read(OrderBody)

        def act():
            lead = actions.change_lead(
                self.dealership, self._id(id), fields, actor=self.actor, if_match=self.if_match()
            )
            body = {"success": True, "message": "Lead order updated successfully"}
            body |= {"id": lead.pk, "order": lead.order, "updatedAt": lead.updated_at}
            return self.answer(body, tag=lead.etag), lead.pk

        return once(self, act, gone=LeadNotFound)

    def archive(self, request, id):
        return self._archive(actions.archive_lead, id)

    def restore(self, request, id):
        return self._archive(actions.restore_lead, id)

    def destroy(self, request, id):
        self.parameters()
        actions.delete_lead(self.dealership, self._id(id), actor=self.actor, if_match=self.if_match())
        return self.answer({"success": True, "message": "Lead deleted successfully"})

    # --- Many ----------------------------------------------------------------------------------

    def reorder(self, request, carId):
        self.parameters()
        orders = self.read(ReorderBody)["leadOrders"]

        def act():
            car_id = parse_id(carId)
            if car_id is None:
                raise CarNotFound()
            actions.reorder_leads(self.dealership, car_id, orders, actor=self.actor)
            return self.answer({"success": True, "message": "Leads reordered successfully"}), None

        return once(self, act)

    # --- How -----------------------------------------------------------------------------------

    def _archive(self, verb, id):
        self.parameters()

        def act():
            lead = verb(self.dealership, self._id(id), actor=self.actor, if_match=self.if_match())
            return self._whole(lead), lead.pk

        return once(self, act, gone=LeadNotFound)

    def _id(self, text):
        lead_id = parse_id(text)
        if lead_id is None:
            raise LeadNotFound()
        return lead_id

    def _found(self, text, statement):
        lead_id = self._id(text)
        row = statement.row(self.dealership.pk, lead_id)
        if row is None:
            raise actions.missing(lead_id)
        return row

    def _whole(self, lead, **answer):
        return self._shown(lead_object(row_of(lead)), lead.etag, lead.archived, **answer)

    def _shown(self, body, tag, archived, **answer):
        if archived:
            answer["X_Archived"] = "true"
        return self.answer(body, tag=tag, **answer)

    def _read_lead(self, *, partial=False):
        fields = self.read(LeadBody, partial=partial)
        if "carId" in fields:
            self.ignored_fields.append("carId")
        return fields


def _narrowed(narrow, ids, filtered, archived, dealership_id, *values):
    leads = narrow(Lead.objects.of(dealership_id).with_archived(*archived), *values[:ids])
    return filtered(leads, *values[ids:])


def _columns(fields):
    return {WRITABLE[name]: value for name, value in fields.items() if name in WRITABLE}
