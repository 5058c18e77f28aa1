"""Shows what was sent, and sends it again."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from leads.outbox import actions
from leads.outbox.models import Delivery, State
from leads.outbox.pauses import paused_until, with_due
from steerleads.api.errors import ApiError
from steerleads.db.ids import parse_id
from steerleads.db.text import shown
from steerleads.dealers.lookup import find_dealership, several_of, whole_number
from steerleads.progress import Progress
from steerleads.terminal import table, time_of

TITLES = ["id", "dealership", "to", "event", "state", "attempts", "last answer", "created", "last attempt", "next"]
BATCH = 500


class Command(BaseCommand):
    help = (
        "List the deliveries of webhooks and notification rules, the newest first, or send some again. Times are UTC. "
        "How many are to be sent again is printed on stdout."
    )

    def add_arguments(self, parser):
        parser.add_argument("--dealership", help="its id or name; default: all")
        parser.add_argument("--limit", default="50", help="list so many at most; default: %(default)s")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--state", help=f"{', '.join(State.values)}; several with commas between them")
        which.add_argument("--dead", action="store_true", help="the same as --state dead")
        which.add_argument("--redeliver", metavar="ID", help="send this one again, delivered or dead")
        which.add_argument("--redeliver-dead", action="store_true", help="send all dead letters again")

    def handle(self, *, dealership, limit, state, dead, redeliver, redeliver_dead, **options):
        deliveries = Delivery.objects.select_related("dealership", "destination").order_by("-created_at", "-id")
        deliveries = with_due(deliveries, timezone.now())
        if dealership is not None:
            deliveries = deliveries.of(find_dealership(dealership))
        if redeliver:
            self._say_done(1, self._one(deliveries, redeliver))
        elif redeliver_dead:
            self._say_done(*self._all_dead(deliveries))
        else:
            states = [State.DEAD] if dead else several_of(state, State.values) if state else State.values
            self._list(deliveries.filter(state__in=states), whole_number(limit, "--limit"))

    def _list(self, deliveries, limit):
        rows = list(deliveries[: limit + 1])
        self.stdout.write(table(TITLES, [_row(delivery) for delivery in rows[:limit]]))
        for name, until in sorted(_paused(rows[:limit])):
            self.stderr.write(f"Nothing is sent to {name} until {until}: it cannot take anything now.", str)
        if len(rows) > limit:
            self.stderr.write(f"There are more than these {limit}: see --limit.", str)

    def _one(self, deliveries, typed):
        """How many of the one wait for a destination that is off."""
        delivery = deliveries.filter(pk=parse_id(typed)).first()
        if delivery is None:
            raise CommandError(f"There is no delivery “{shown(typed)}”. `deliveries` shows those there are.")
        try:
            actions.redeliver(delivery)
        except ApiError as error:
            raise CommandError(error.message) from None
        return not delivery.destination.is_on

    def _all_dead(self, deliveries):
        """(how many are to be sent again, how many of them wait for a destination that is off)."""
        ids = list(deliveries.filter(state=State.DEAD).order_by("pk").values_list("pk", flat=True))
        done, waiting, progress = 0, 0, Progress(self.stderr, "deliveries", len(ids))
        for start in range(0, len(ids), BATCH):
            for delivery in deliveries.filter(pk__in=ids[start : start + BATCH], state=State.DEAD):
                try:
                    actions.redeliver(delivery)
                except ApiError:  # somebody else has done it meanwhile
                    continue
                done, waiting = done + 1, waiting + (not delivery.destination.is_on)
                progress(done)
        progress.clear()
        return done, waiting

    def _say_done(self, done, waiting):
        self.stderr.write(f"To be sent again: {done} deliveries.", str)
        if waiting:
            self.stderr.write(f"{waiting} of them wait until their webhook or rule is switched on.", str)
        self.stdout.write(str(done))


def _paused(deliveries):
    """{(what it is called here, until when)} of the destinations that are paused."""
    now = timezone.now()
    destinations = {delivery.destination for delivery in deliveries}
    return {(str(each), time_of(until)) for each in destinations if (until := paused_until(each, now))}


def _row(delivery):
    answer = " ".join(str(part) for part in (delivery.last_status, delivery.last_error) if part)
    times = [time_of(at) for at in (delivery.created_at, delivery.last_at, delivery.due_at)]
    return [
        delivery.pk,
        delivery.dealership,
        delivery.destination,
        delivery.kind,
        delivery.state,
        delivery.attempts,
        answer,
        *times,
    ]
