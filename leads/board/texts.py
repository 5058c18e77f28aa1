"""What the board's scripts need of the server: addresses, and words in the person's language."""

from django.urls import reverse
from django.utils.translation import gettext as _

from leads.models import Status

CALLS = ("state", "token", "cards", "move", "many", "claim", "contact", "undo", "cars", "add")
NO_LEAD = "00000000-0000-0000-0000-000000000000"  # stands in the address of a lead for its id


def settings(query):
    """For the page's script, as JSON. `query` is what every address repeats."""
    return {
        "urls": {
            **{call: reverse(f"board:{call}") + query for call in CALLS},
            "lead": reverse("board:lead", args=[NO_LEAD]) + query,
        },
        "noLead": NO_LEAD,
        "columns": {status: status.label for status in Status},
        "words": _words(),
    }


def _words():
    """`{name}` stands for what the script fills in."""
    return {
        # --- Said to who cannot see the card move ----------------------------------------------
        "lifted": _("Picked up “{lead}”. Position {position} of {count} in {column}."),
        "over": _("Position {position} of {count} in {column}."),
        "dropped": _("Dropped “{lead}”: position {position} of {count} in {column}."),
        "cancelled": _("Put back “{lead}”."),
        # --- What was done, seen by all ----------------------------------------------------------
        "moved": _("“{lead}” is now in {column}, position {position} of {count}."),
        "movedAway": _("“{lead}” is now in {column}."),
        "isThere": _("“{lead}” is there already: {column}, position {position} of {count}."),
        "archived": _("“{lead}” is archived."),
        "archivedMany": _("Leads archived: {count}."),
        "changedStatus": _("Leads that are now in {column}: {count}."),
        "changedTag": _("Leads that now have the tag “{tag}”: {count}."),
        "changedBoth": _("Leads that are now in {column} with the tag “{tag}”: {count}."),
        "left": _("leads that a colleague deleted or is changing just now: {count} ({leads})."),
        "added": _("“{lead}” is on the board."),
        "addedElsewhere": _("“{lead}” is saved, but the filter hides it."),
        "saved": _("“{lead}” is saved."),
        "unchanged": _("Nothing was changed in “{lead}”."),
        "undone": _("Undone: “{lead}” is as it was."),
        "undoneMany": _("Undone, leads that are as they were: {count}."),
        "undoneSome": _("Undone, leads that are as they were: {count}. A colleague has changed others since: {left}."),
        "nothingToUndo": _("There is nothing to undo."),
        "claimed": _("“{lead}” is yours."),
        "contacted": _("Noted for “{lead}”: {contact}."),
        "fresh": _("{count} new"),
        "sorted": _("This view is sorted: a card can only change its column here."),
        "severalHere": _("Several cards at once can only change their column."),
        "sortedAway": _("“{lead}” is now in {column}, where the sort of this view puts it."),
        "copied": _("Copied: {text}"),
        "notCopied": _("The browser does not let the page copy {text}."),
        "gone": _("This lead is not there any more."),
        # --- What went wrong -------------------------------------------------------------------
        "notSaved": _("Not saved: {why}"),
        "unreachable": _("the server cannot be reached. “{lead}” is back where it was."),
        "unreachableNow": _("the server cannot be reached. Nothing was changed."),
        "unsure": _("the server did not answer in time. The board shows what it has now."),
        "broken": _("the server had a problem. Try again in a moment."),
        "signedOut": _("you are signed out. Sign in again to go on."),
        "refused": _("you may not do this, or the page is too old. Load it again."),
        "undo": _("Undo"),
        "reload": _("Load again"),
        "dismiss": _("Close"),
        # --- The light beside the title --------------------------------------------------------
        "live": _("Live"),
        "offline": _("Offline: changes cannot be saved"),
        # --- The first answer to a lead, counted down ----------------------------------------------
        "answerIn": _("answer in %(time)s") % {"time": "{time}"},
        "answerLate": _("answer late"),
        "min": _("%(count)s min") % {"count": "{count}"},
        "h": _("%(count)s h") % {"count": "{count}"},
        "d": _("%(count)s d") % {"count": "{count}"},
        # --- Choosing --------------------------------------------------------------------------
        "selected": _("{count} selected"),
        "noCars": _("No car found"),
        "archiveMany": _("Archive {count} leads?"),
    }
