"""Every field of a lead, once: its names, what may be sent for it, and what becomes of what it holds.

Bodies, objects, the history, folding, the erasure of people, sorting, forms and the API's document are made from FIELDS.
The database's columns are in `leads/models.py`; a test compares the two.
"""

from dataclasses import dataclass
from enum import Enum, auto

from django.db import models
from django.utils.translation import gettext_lazy as _

from steerleads.api.serializers import BodyField, TextField, WholeNumberField, enum


class Status(models.TextChoices):
    NEW = "NEW", _("New")
    COMPLETED = "COMPLETED", _("Completed")
    NOT_NEEDED = "NOT_NEEDED", _("Not needed")


LeadStatus = enum("LeadStatus", Status.values)


class Keeps(Enum):
    """What a lead's history keeps of a field that changes."""

    VALUE = auto()
    """What it was and is, for ever. Nothing that people type."""

    TEXT = auto()
    """What it was and is, until the lead is deleted."""

    CHANGE = auto()
    """Only that it changed."""


@dataclass(frozen=True)
class LeadField:
    """A field of a lead.

    - `name` is the API's, `column` the model's.
    - `body` judges what clients send, and its `help_text` stands in the document. A field without one is written by
      verbs of its own, and objects do not show it.
    - `keeps` says what the history keeps of it.
    - `folded` is the column that holds the text as the search and filters compare it.
    - `sort` is the column that lists are sorted by, where clients may choose it.
    - `names_person`: it says who the contact is. People are found by it.
    """

    name: str
    column: str
    body: BodyField | None
    keeps: Keeps
    folded: str | None = None
    sort: str | None = None
    names_person: bool = False

    @property
    def is_text(self) -> bool:
        """Whether people type it, and may name somebody in it."""
        return isinstance(self.body, TextField)

    @property
    def is_nullable(self) -> bool:
        return self.body is not None and self.body.allow_null


# In the order of the API's page.
FIELDS = (
    LeadField(
        "status",
        "status",
        LeadStatus(required=False, help_text="Lead status: `NEW`, `COMPLETED`, `NOT_NEEDED`"),
        Keeps.VALUE,
        sort="status_rank",
    ),
    LeadField(
        "action",
        "action",
        TextField(max_length=200, help_text="Action description (max 200 characters)"),
        Keeps.TEXT,
        folded="action_folded",
        sort="action_folded",
    ),
    LeadField(
        "targetName",
        "target_name",
        TextField(max_length=200, help_text="Lead contact name (max 200 characters)"),
        Keeps.CHANGE,
        folded="target_name_folded",
        sort="target_name_folded",
        names_person=True,
    ),
    LeadField(
        "targetInfo",
        "target_info",
        TextField(max_length=500, help_text="Contact information - phone or email (max 500 characters)"),
        Keeps.CHANGE,
        names_person=True,
    ),
    LeadField(
        "tag",
        "tag",
        TextField(max_length=100, required=False, allow_null=True, help_text="Lead category tag (max 100 characters)"),
        Keeps.TEXT,
        folded="tag_folded",
    ),
    LeadField(
        "note",
        "note",
        TextField(
            max_length=1000,
            multiline=True,
            required=False,
            allow_null=True,
            help_text="Additional notes (max 1000 characters)",
        ),
        Keeps.TEXT,
    ),
    LeadField(
        "order",
        "order",
        WholeNumberField(required=False, help_text="Display order for sorting"),
        Keeps.VALUE,
        sort="order",
    ),
    LeadField("archived", "archived", None, Keeps.VALUE),
)
COLUMNS = {field.name: field.column for field in FIELDS}
BODY_FIELDS = tuple(field for field in FIELDS if field.body)
WRITABLE = {field.name: field.column for field in BODY_FIELDS}
TEXT_FIELDS = tuple(field for field in FIELDS if field.is_text)
FOLDED_FIELDS = tuple(field for field in FIELDS if field.folded)
PERSON_FIELDS = tuple(field for field in FIELDS if field.names_person)

# What follows from other columns: `search_text` from all that is folded, `contact_text` from what names the person.
FOR_SEARCH = {"search_text", "contact_text", "note_text"}
FOLDED_COLUMNS = frozenset({*(field.folded for field in FIELDS if field.folded), *FOR_SEARCH})
FOLDED_FROM = frozenset({*(field.column for field in (*FOLDED_FIELDS, *PERSON_FIELDS)), "note"})

# What lists can be sorted by, the default first.
SORTS = {
    "order": "order",
    **{field.name: field.sort for field in FIELDS if field.sort},
    "createdAt": "created_at",
    "updatedAt": "updated_at",
    "due": "work__due",
}
