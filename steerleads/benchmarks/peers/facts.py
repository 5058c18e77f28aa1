"""What peers without Django must know to write a lead and its history as the product does."""

from leads.contacts.search import contact_search_text
from steerleads.db.text import fold

# The API's names and the table's, in the page's order.
WRITABLE = {
    "status": "status",
    "action": "action",
    "targetName": "target_name",
    "targetInfo": "target_info",
    "tag": "tag",
    "note": "note",
    "order": "order",
}
NAMES = {column: name for name, column in WRITABLE.items()} | {"archived": "archived"}
FOLDED_FROM = {"action", "target_name", "target_info", "tag", "note"}
TEXTS = {"action", "tag", "note"}
UNTOLD = {"target_name", "target_info"}


def folded(lead):
    """The columns that searches and sorts use, from a mapping of those that a caller writes."""
    action, name, tag = fold(lead["action"]), fold(lead["target_name"]), fold(lead["tag"]) if lead["tag"] else None
    return {
        "action_folded": action,
        "target_name_folded": name,
        "tag_folded": tag,
        "search_text": "\n".join([action, name, tag or ""]),
        "contact_text": contact_search_text(lead["target_info"], lead["target_name"]),
        "note_text": fold(lead["note"]) if lead["note"] else None,
    }


def told(before, after):
    """(changes, texts or None) of the event, from the old and the new values of the columns that were written."""
    facts, texts = {}, {}
    for column, new in after.items():
        if column in UNTOLD:
            facts[NAMES[column]] = {"from": None, "to": None}
        elif before[column] != new:
            (texts if column in TEXTS else facts)[NAMES[column]] = {"from": before[column], "to": new}
    return facts, texts or None
