"""What a browser sends beside what is typed into forms, by the API's rules of text: its cookies, and the address it asks.

Here, once for all pages: the database cannot be asked for a text with a NUL in it, nor for one that is endless.
"""

from urllib.parse import unquote_to_bytes

from django.core.exceptions import BadRequest
from django.http import UnreadablePostError
from django.utils.translation import gettext as _

from steerleads.api.filters import LONGEST_SEARCH
from steerleads.db.text import forbidden_character, shown
from steerleads.serving.uploads import LARGEST, PATHS
from steerleads.tables.sentences import why_unreadable

FORM = "application/x-www-form-urlencoded"
# Characters. No page of ours leads to an address as long as this, and few proxies would let it pass.
LONGEST = 8000
LONGEST_OF = {"q": LONGEST_SEARCH, "term": LONGEST_SEARCH}


class Unreadable(BadRequest):
    """Becomes the page of a 400, with this text as its words."""


class ReadableCookies:
    """Passes over cookies that have a control character: none of ours has one, so whoever sends it is not signed in."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        for name in [name for name, value in request.COOKIES.items() if forbidden_character(name + value)]:
            del request.COOKIES[name]
        return self.get_response(request)


class ReadableAddress:
    """Refuses an address, a form or a file that cannot be read. Stands where the language of the page is known already."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        _judge_size(request)
        _judge_encoding(request)
        _judge_text(request.path_info, request.path_info, LONGEST)
        for name, values in request.GET.lists():
            for value in [name, *values]:
                _judge_text(name, value, LONGEST_OF.get(name, LONGEST))
        return self.get_response(request)


def _judge_size(request):
    """Of a file that is larger than its page takes, nothing has been read: no form could say so."""
    size = request.META.get("CONTENT_LENGTH") or "0"
    if request.path_info in PATHS and size.isdecimal() and int(size) > LARGEST:
        raise Unreadable(why_unreadable("too_large"))


def _judge_encoding(request):
    """Django would put a sign in the place of what is no UTF-8. What fields of a form say is judged by the forms."""
    try:
        form = request.body if request.content_type == FORM else b""
    except UnreadablePostError:  # the client went away
        form = b""
    for encoded in (request.META.get("QUERY_STRING", "").encode("latin-1"), form):
        try:
            unquote_to_bytes(encoded).decode()
        except UnicodeDecodeError:
            raise Unreadable(_("What your browser sent is not text in UTF-8.")) from None


def _judge_text(name, value, most):
    """Lines and tabs are fine: they come along when something is pasted into a search."""
    text = value.replace("\r", "")
    if character := forbidden_character(text, multiline=True):
        raise Unreadable(
            _("“%(name)s” contains the character %(character)s, which is not allowed.")
            % {"name": shown(name), "character": f"U+{ord(character):04X}"}
        )
    if len(text) > most:
        raise Unreadable(
            _("“%(name)s” has %(length)s characters; at most %(most)s are allowed.")
            % {"name": shown(name), "length": len(text), "most": most}
        )
