"""What other systems call the states of a lead, and which of ours they are."""

from collections.abc import Mapping

from leads.fields import Status
from steerleads.db.text import fold

WORDS: Mapping[Status, tuple[str, ...]] = {
    Status.NEW: (
        *("NEW", "New", "Open", "Open - Not Contacted", "Not contacted", "Untouched", "Attempted to contact"),
        *("ATTEMPTED_TO_CONTACT", "Contact in future", "IN_PROGRESS", "In progress", "Working"),
        *("OPEN_DEAL", "Pre-Qualified", "Nurturing", "BAD_TIMING", "Qualified"),
        *("Nouveau", "Nouvelle", "Ouvert", "En cours", "À contacter", "À rappeler"),
        *("جديد", "جديدة", "مفتوح", "قيد المعالجة"),
    ),
    Status.COMPLETED: (
        # Somebody spoke with them, which is what our leads are there for; our own exports say it so.
        *("CONNECTED", "Contacted", "Working - Contacted", "Contacté", "Contactée"),
        *("COMPLETED", "Completed", "Done", "Closed", "Closed - Converted", "Converted", "Won", "Closed won"),
        *("Terminé", "Terminée", "Clos", "Clôturé", "Converti", "Gagné", "Vendu", "Fait"),
        *("مكتمل", "مكتملة", "منجز", "تم", "مغلق", "منتهي"),
    ),
    Status.NOT_NEEDED: (
        *("NOT_NEEDED", "Not needed", "UNQUALIFIED", "Unqualified", "Not qualified", "Junk", "Junk Lead", "Lost"),
        *("Lost Lead", "Closed - Not Converted", "Closed lost", "Cancelled", "Canceled", "Disqualified", "Spam"),
        *("Non nécessaire", "Perdu", "Annulé", "Abandonné", "Sans suite", "Non qualifié", "Pas nécessaire"),
        *("غير مطلوب", "غير ضروري", "ملغى", "مفقود", "غير مؤهل"),
    ),
}


def key_of(word: str) -> str:
    """A status as it is compared: `Open – Not Contacted` and `open_not contacted` are the same."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in fold(word)).split())


KNOWN = {key_of(word): status.value for status, words in WORDS.items() for word in words}


def status_of(word: str, chosen: Mapping[str, str]) -> str | None:
    """Ours for a word in a file: as it was `chosen` for that file ({key: status}), else as it is known, else None."""
    key = key_of(word)
    return chosen.get(key) or KNOWN.get(key)
