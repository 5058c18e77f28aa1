"""Erases what somebody who worked here has left: name and address, wherever they stand."""

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from steerleads.db.remains import forget_samples, overwrite_bytes
from steerleads.dealers import erasing, leaving, lookup, staff
from steerleads.terminal import confirm, table


class Command(BaseCommand):
    help = (
        "Take a person out of the staff, if need be, and erase name and e-mail address for good: the account, and whatever "
        "names it. History then says “a former colleague”. How many rows had them is printed on stdout."
    )

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument(
            "--dealership",
            metavar="ID_OR_NAME",
            action="append",
            default=[],
            help="where the person worked, if that is not known any more; may be given several times",
        )
        parser.add_argument(
            "--open-leads",
            metavar="queue|dealt|EMAIL",
            help="where their open leads go, which must be said if they have some: to nobody, dealt out to those who are "
            "available, or to a colleague",
        )
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *, email, dealership, open_leads, yes, **options):
        worked = [lookup.find_dealership(typed) for typed in dealership]
        user = staff.find_account(email)
        if user is None:
            raise CommandError("There is no account with this e-mail address.")
        self.handover = _handover(user, open_leads)
        self._show(user, worked)
        if not yes:
            confirm(self, f"This erases {user.email} for good.")
        counts = self._erase(user, worked)
        self.stderr.write("Erased. The audit log says that it was done, and not of whom.", str)
        if not all([forget_samples(), overwrite_bytes()]):
            self.stderr.write("The database was busy: traces may be left in its files until a quiet moment.", str)
        self.stdout.write(str(sum(counts.values())))

    def _show(self, user, worked):
        """What would be done, by doing it and taking it back."""
        with transaction.atomic():
            counts = self._erase(user, worked)
            transaction.set_rollback(True)
        self.stderr.write(table(["what", "rows"], [row for row in counts.items() if row[1]]), str)

    def _erase(self, user, worked):
        try:
            return erasing.erase(user, worked=worked, handover=self.handover)
        except staff.StaffRefused as error:
            raise CommandError(error.message) from None


def _handover(user, typed):
    """The Handover that an option means, or None."""
    membership = getattr(user, "membership", None)
    if typed is None:
        if membership and (count := leaving.open_work(user, membership.dealership)):
            raise CommandError(
                f"They have {count} open leads. Say where these go: --open-leads queue, dealt, or a colleague's address."
            )
        return None
    if typed in ("queue", "dealt"):
        return leaving.Handover(is_dealt=typed == "dealt")
    if membership is None:
        raise CommandError("They are on no staff, so they have no open leads.")
    colleague = lookup.find_member(membership.dealership, typed)
    if colleague.pk == membership.pk:
        raise CommandError("They cannot keep their leads. Name a colleague.")
    return leaving.Handover(colleague.user)
