"""What a board costs a dealership with very many leads: its poll, page and tags in turn with those of one that has 400,
and its search for a word that nobody has in turn with a look-up by id."""

import re
from contextlib import ExitStack
from functools import partial
from time import perf_counter

from django.test import Client

from leads.board.columns import look
from leads.board.filters import Filters, tags_in_use
from leads.board.polling import FIRST_SIZES
from leads.feed import number_events
from leads.models import Lead
from steerleads.benchmarks.rounds import in_turn, ratio
from steerleads.benchmarks.serving import client_of
from steerleads.dealers.models import Membership, Role, User

PAGE = "/admin/leads/board/"
POLL = f"{PAGE}state/?NEW=50&COMPLETED=50&NOT_NEEDED=50"
ASKED = "≤ 2"
NOBODYS = "Xanadu"


def rows(server, large, small, rounds, requests):
    """(what, the figures of the large dealership, those of the small one, their Ratio, what is asked for)."""
    with ExitStack() as stack:
        boards = {dealership: OpenBoard(server, dealership, stack) for dealership in (small, large)}
        for what, name in (("an unchanged board's poll", "poll"), ("the page", "page"), ("the tags", "tags")):
            things = {each: partial(_seconds, getattr(board, name), requests) for each, board in boards.items()}
            figures = in_turn(things, rounds)
            yield what, figures[large], figures[small], ratio(figures[large], figures[small]), ASKED


def searches(dealership, rounds, requests):
    """As `rows`, in this process, where the figures are those of the database and of asking it."""
    lead_id = Lead.objects.of(dealership).values_list("pk", flat=True).first()
    things = {
        "by id": lambda: Lead.objects.of(dealership).select_related("car").get(pk=lead_id),
        NOBODYS: lambda: look(Filters(dealership, search=NOBODYS), FIRST_SIZES),
    }
    figures = in_turn({name: partial(_seconds, act, requests) for name, act in things.items()}, rounds)
    by_id, search = figures.values()
    yield "a search of the board for a word that nobody has", search, by_id, ratio(search, by_id), "≤ 5"


class OpenBoard:
    """What the page and its script ask for, on connections that are kept."""

    def __init__(self, server, dealership, stack):
        self._dealership = dealership
        number_events(dealership)  # as the worker does
        cookie = {"Cookie": f"sessionid={_session(dealership)}"}
        self._reader = stack.enter_context(client_of(server, **cookie))
        head, _ = self._reader.get(POLL)
        tag = {"If-None-Match": re.search(r"(?i)^etag: (.*?)\r?$", head, re.M)[1]}
        self._poller = stack.enter_context(client_of(server, **cookie, **tag))

    def poll(self):
        """A 304, also at the turn of a minute: its leads are of other days, whose ages stand still."""
        self._poller.get(POLL)

    def page(self):
        self._reader.get(PAGE)

    def tags(self):
        tags_in_use(self._dealership)


def _session(dealership):
    user, _ = User.objects.get_or_create(email=f"{dealership.pk}@example.com", is_staff=True)
    Membership.objects.get_or_create(dealership=dealership, user=user, role=Role.MANAGER)
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value


def _seconds(act, times):
    began = perf_counter()
    for _ in range(times):
        act()
    return (perf_counter() - began) / times
