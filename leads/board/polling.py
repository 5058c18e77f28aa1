"""What a board is told when it asks, every two seconds, what it ought to show: mostly that nothing has changed.

The tag of an answer has two halves: its moment, which names all that such an answer is made of and is found at the same
cost however many leads there are, and its body. Who sends a tag of this moment has the answer, and nothing more is
read; who sends one of the same body learns the new moment.
"""

from django.http import HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.translation import get_language

from leads.board import changes
from leads.board.base import BoardView
from leads.board.columns import LARGEST, PAGE, state, view
from leads.board.times import minute_of
from leads.models import Status
from steerleads.api import etags, json

FIRST_SIZES = dict.fromkeys(Status, PAGE)  # of the page


def moment_of(filters, sizes, *, now):
    """Names what is asked for and all that the answer is made of. To be read before any of it is. None: it has no name."""
    written = changes.state_of(filters.dealership)
    if written is None:
        return None
    asked = (filters.dealership.pk, *filters.asked, *sizes.values())
    told = (minute_of(now), timezone.get_current_timezone_name(), get_language())
    return etags.of_bytes(repr((asked, told, written)).encode())


def rendered(view):
    """The body of the answer, as bytes."""
    return json.render({"columns": state(view), "fresh": view.fresh})


def tag_of(moment, body):
    return f"{moment}.{etags.of_bytes(body)}"


class State(BoardView):
    """The truth: which cards each column shows, as ids and marks, and which leads came last."""

    http_method_names = ["get"]

    def get(self, request):
        response = self._answer(etags.parse(request.headers.get("If-None-Match")) or ())
        response.is_routine = True  # not worth a line in the log
        return response

    def _answer(self, sent):
        now, sizes = timezone.now(), self._sizes()
        moment = moment_of(self.filters, sizes, now=now)
        if moment and (known := [each for each in sent if each.partition(".")[0] == moment]):
            return _tagged(HttpResponseNotModified(), known[0])
        body = rendered(view(self.filters, sizes, now=now))
        tag = tag_of(moment, body)
        is_known = sent == etags.ANY or any(each.partition(".")[2] == tag.partition(".")[2] for each in sent)
        return _tagged(
            HttpResponseNotModified() if is_known else HttpResponse(body, content_type="application/json"), tag
        )

    def _sizes(self):
        given = {status: self.request.GET.get(status, "") for status in Status}
        return {
            status: min(int(size), LARGEST) if size.isdecimal() and len(size) < 9 else PAGE
            for status, size in given.items()
        }


def _tagged(response, tag):
    response["ETag"] = etags.quoted(tag)
    return response
