"""What a board costs a dealership with very many leads, in turn with one that has 400: its poll, its page, its tags."""

import re
from contextlib import ExitStack
from functools import partial
from time import perf_counter

from django.test import Client

from leads.board.filters import tags_in_use
from leads.feed import number_events
from steerleads.benchmarks.rounds import in_turn, ratio
from steerleads.benchmarks.serving import client_of
from steerleads.dealers.models import Membership, Role, User

PAGE = "/admin/leads/board/"
POLL = f"{PAGE}state/?NEW=50&COMPLETED=50&NOT_NEEDED=50"
ASKED = "≤ 2"


def rows(server, large, small, rounds, requests):
    """(what, the figures of the large dealership, those of the small one, their Ratio, what is asked for)."""
    with ExitStack() as stack:
        boards = {dealership: OpenBoard(server, dealership, stack) for dealership in (small, large)}
        for what, name in (("an unchanged board's poll", "poll"), ("the page", "page"), ("the tags", "tags")):
            things = {each: partial(_seconds, getattr(board, name), requests) for each, board in boards.items()}
            figures = in_turn(things, rounds)
            yield what, figures[large], figures[small], ratio(figures[large], figures[small]), ASKED


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
