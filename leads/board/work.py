"""What one tap does to the work of a lead: claiming it, and noting that its person was called."""

from django.utils.translation import gettext_lazy as _

from leads.board.base import BoardView
from leads.board.bodies import ClaimBody, ContactBody
from leads.board.planning import way_back_of_work, work_of
from leads.board.undo import find_lead
from leads.work import actions
from steerleads.api.errors import ApiError


class NobodyHere(ApiError):
    status, code, type = 403, "NOT_YOURS", "permission_error"
    message = _("You are not on the staff of this dealership, so you can take none of its leads.")


class Claim(BoardView):
    """A lead that nobody has becomes the person's own."""

    http_method_names = ["post"]

    def post(self, request):
        self.need("change")
        lead_id = self.body(ClaimBody)["lead"]
        if self.filters.me is None:
            raise NobodyHere()
        before = work_of(self.dealership, lead_id)
        work = actions.claim(self.dealership, lead_id, self.filters.me, actor=self.actor)
        return self.saved(find_lead(self.dealership, lead_id), back=[way_back_of_work(before, work)])


class Contact(BoardView):
    """That somebody had, or tried to have, a contact with the lead's person. The history keeps it: it has no way back."""

    http_method_names = ["post"]

    def post(self, request):
        self.need("change")
        contact = self.body(ContactBody)
        lead_id = contact.pop("lead")
        actions.note_contact(self.dealership, lead_id, **contact, actor=self.actor)
        return self.saved(find_lead(self.dealership, lead_id))
