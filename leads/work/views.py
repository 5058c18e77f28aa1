"""The API of work: what is to be done about one lead, who takes it, contacts with its person; and the staff."""

from functools import partial

from django.utils import timezone

from leads.actions import not_found_error
from leads.errors import LeadNotFound
from leads.models import Lead
from leads.serializers import HistoryEntry
from leads.work import actions
from leads.work.errors import NobodysKey
from leads.work.models import Work
from leads.work.openapi import documents, staff_documents
from leads.work.people import staff_of
from leads.work.rights import check_may_plan
from leads.work.serializers import NewContact, WorkChanges
from leads.work.showing import PLAN_COLUMNS, Shown, etag_of, with_response
from steerleads.api import etags
from steerleads.api.errors import ValidationFailed
from steerleads.api.views import ApiViewSet
from steerleads.dealers.actors import Actor
from steerleads.dealers.idempotency import idempotent
from steerleads.dealers.models import Membership, Role

COLUMNS = {"assignee": "assignee", "nextStep": "next_step", "dueAt": "due_at", "dueOn": "due_on"}


@documents
class WorkViewSet(ApiViewSet):
    queryset = Work.objects.none()
    area = "work"
    not_found = {"id": LeadNotFound}

    @property
    def actor(self):
        return Actor.of_key(self.request.auth)

    def get_queryset(self):
        return with_response(Lead.objects.of(self.dealership))

    def retrieve(self, request, id):
        self.parameters()
        return self._whole()

    def partial_update(self, request, id):
        self.parameters()
        fields = self.read(WorkChanges, partial=True)
        if fields.get("dueAt") and fields.get("dueOn"):
            raise ValidationFailed(
                "Say dueAt or dueOn, not both: a lead is due at a moment or on a day.", field="dueOn"
            )

        def act():
            changes = {COLUMNS[name]: value for name, value in fields.items()}
            how = {"if_match": self.if_match(), "check": partial(self._check_may, changes)}
            actions.plan_work(self.dealership, self.path["id"], changes, actor=self.actor, **how)
            return self._whole(), self.path["id"]

        return idempotent(self, act, gone=LeadNotFound)

    def claim(self, request, id):
        self.parameters()
        person = self.request.auth.person_id
        if person is None:
            raise NobodysKey()

        def act():
            actions.claim(self.dealership, self.path["id"], person, actor=self.actor)
            return self._whole(), self.path["id"]

        return idempotent(self, act, gone=LeadNotFound)

    def contact(self, request, id):
        self.parameters()
        fields = self.read(NewContact)

        def act():
            event = actions.note_contact(self.dealership, self.path["id"], **fields, actor=self.actor)
            return self.answer(HistoryEntry.of(event), status=201), self.path["id"]

        return idempotent(self, act, gone=LeadNotFound)

    def _check_may(self, changes, work):
        """A key that acts for somebody may what they may, and other keys may all."""
        if person := self.request.auth.person_id:
            manages = Membership.objects.filter(pk=person, role=Role.MANAGER).exists()
            check_may_plan(person, work, changes, manages=manages)

    def _whole(self):
        row = self.get_queryset().filter(pk=self.path["id"]).values_list(*PLAN_COLUMNS, "work__version").first()
        if row is None:
            raise not_found_error(self.path["id"])
        *plan, version = row
        work = Shown(self.dealership, timezone.now()).work(plan)
        return self.answer(work, etag=etag_of(version, work))


@staff_documents
class StaffViewSet(ApiViewSet):
    """Who works at the dealership: few, so the list is always whole."""

    area = "work"

    def list(self, request):
        self.parameters()
        response = self.answer(
            [
                {
                    "id": each.id,
                    "name": each.name,
                    "role": each.role,
                    "isAvailable": each.is_available,
                    "isActive": each.is_active,
                }
                for each in staff_of(self.dealership)
            ]
        )
        response["ETag"] = etags.quoted(etags.of_bytes(response.content))
        return response
