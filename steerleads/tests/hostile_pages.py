"""Hostile parameters, forms and calls of the admin and the board: each with the one answer it gets."""

import json

LONG = "a" * 10_000

# As they stand in an address or in a form's body, and in the JSON of a call.
VALUES = {
    "NUL": ("a%00b", "a\0b"),
    "lone surrogate": ("%ED%A0%80", "\ud800"),
    "10,000 characters": (LONG, LONG),
    "boolean": ("true", True),
    "number": ("1", 1),
    "list": ("%5B%5D", []),
    "object": ("%7B%7D", {}),
    "null": ("null", None),
}
UNREADABLE = ["NUL", "lone surrogate", "10,000 characters"]  # in an address: 400, whatever the page and the parameter
ORDINARY = [name for name in VALUES if name not in UNREADABLE]

# What addresses of pages have behind the `?`, by the kind of page (lists have their filters, too).
PARAMETERS = {
    "board": ["tag", "q", "car", "sort", "assignee", "due", "dealership", "id", "NEW", "COMPLETED", "NOT_NEEDED"],
    "list": ["q", "p", "o", "all", "e", "_popup", "_to_field", "_changelist_filters", "_facets", "nonsense"],
    "form": ["_popup", "_to_field", "_changelist_filters", "car", "dealership", "name", "p"],
    "analytics": [
        *("from", "to", "compare", "by", "tag", "action", "make", "model", "source", "of", "carId", "dealership"),
        *("p", "cell", "interval"),
    ],
    "site": ["next", "app_label", "model_name", "field_name", "term", "p"],
}
# Where an ordinary text is answered with another status than the page has without it, and by which: by the kind of
# page, or how its address ends, and by the parameter; `__x` ends a name.
OTHERWISE = {
    # Pages of our own, which no other page opens for a field of its own.
    ("interchange/import/add/", "_to_field"): 200,
    ("interchange/import/<path:object_id>/change/", "_to_field"): 200,
    ("board/token/", "car"): 200,
    ("board/token/", "dealership"): 200,
    ("leads/analytics/", "dealership"): 404,
    ("board", "car"): 404,
    ("board", "dealership"): 404,
    ("list", "_to_field"): 400,
    ("list", "nonsense"): 400,
    ("add/", "_to_field"): 400,
    ("change/", "_to_field"): 400,
    ("delete/", "_to_field"): 400,
    ("list", "_changelist_filters"): 400,
    ("list", "__isnull"): 400,
    ("list", "__gte"): 302,
    ("list", "__lt"): 302,
    ("list", "dealership__id__exact"): 302,
    ("autocomplete/", "app_label"): 403,
    ("autocomplete/", "model_name"): 403,
    ("autocomplete/", "field_name"): 403,
}

# By the kind of field: which of the values it takes. Of a form that is no UTF-8 nothing is read.
ALL = ["NUL", "10,000 characters", *ORDINARY]
TAKEN = {
    "TextField": ORDINARY,
    "LineField": ORDINARY,
    "CharField": [],  # addresses of recipients, passwords, codes
    "EmailField": [],
    "UrlField": [],
    "FileField": [],
    "VinField": [],
    "WholeNumberField": ["number"],
    "MoneyField": ["number"],
    "IntegerField": ["number"],
    "BooleanField": ALL,  # a box is ticked, whatever its value
    "ChoiceField": [],
    "TypedChoiceField": [],
    "MultipleChoiceField": [],
    "ModelChoiceField": [],
    "SplitDateTimeField": [],
    "TimeField": [],
    "DateField": [],
    "IntervalsField": [],
    # In a call's JSON, where null stands for nothing.
    "IdField": [],
    "ContactVia": [],
    "ContactOutcome": [],
    "LeadIdsField": [],
    "ChangesField": [],
    "VersionsField": ["list"],
    "WaysBackField": [],
}

# Fields that take others than their kind: hours and days from a list, and years from 1886.
TAKEN_BY = {"overlap": ["number"], "overview_year": [], "days": ["number"]}

# What a form needs beside what it shows, for its post to be taken.
FORMS = {
    "leads/lead/add/": {"car": "<car>", "action": "Call", "target_name": "Sara", "target_info": "06"},
    "leads/lead/<path:object_id>/change/": {},
    "cars/car/add/": {"dealership": "<dealership>", "make": "Dacia", "model": "Logan"},
    "cars/car/<path:object_id>/change/": {},
    "dealers/apikey/add/": {"dealership": "<dealership>", "name": "Website"},
    "dealers/apikey/<path:object_id>/change/": {},
    "dealers/apikey/<path:object_id>/rotate/": {},
    "dealers/membership/add/": {"dealership": "<dealership>", "email": "new@casa.example"},
    "dealers/membership/<path:object_id>/change/": {},
    "dealers/dealership/add/": {"name": "Rabat Auto"},
    "dealers/dealership/<path:object_id>/change/": {},
    "webhooks/webhook/add/": {"dealership": "<dealership>", "url": "https://crm.example.com/"},
    "webhooks/webhook/<path:object_id>/change/": {},
    "notifications/rule/add/": {"dealership": "<dealership>", "trigger": "created", "to": "sara@casa.example"},
    "notifications/rule/<path:object_id>/change/": {},
    "dealers/hours/add/": {"dealership": "<other dealership>"},
    "dealers/hours/<path:object_id>/change/": {},
    "dealers/openingweek/add/": {"dealership": "<other dealership>", "valid_from": "2026-01-01"},
    "dealers/openingweek/<path:object_id>/change/": {},
    "dealers/specialday/add/": {"dealership": "<other dealership>", "name": "Eid", "first": "2026-03-20"},
    "dealers/specialday/<path:object_id>/change/": {},
    "interchange/import/add/": {"dealership": "<dealership>"},
    "interchange/import/<path:object_id>/change/": {"do": "check"},
    "leads/board/add/": {"car": "<car>", "action": "Call", "target_name": "Sara", "target_info": "06"},
    "leads/board/lead/<uuid:id>/": {},
}
# Forms of one's own account, and of files: a post of nothing but these values is shown again.
ACCOUNT = {
    "login/": ["username", "password", "otp_token"],
    "password_reset/": ["email"],
    "password_change/": ["old_password", "new_password1", "new_password2"],
    "two-factor/": ["do", "code"],
    "sessions/": ["do", "end"],
    "availability/": ["available"],
    "leads/agenda/": ["do", "with_contacts"],
    "leads/analytics/digest/": ["do"],
    "cars/car/import/": ["dealership", "file", "held", "do"],
    "dealers/specialday/holidays/": ["days"],
}
# Beside the fields of forms: what buttons and actions post.
BUTTONS = ["action", "index", "select_across", "_selected_action"]

# Calls of the board in JSON: a body that is taken.
CALLS = {
    "leads/board/move/": {"lead": "<lead>", "status": "COMPLETED"},
    "leads/board/many/": {"leads": ["<lead>"], "do": "archive"},
    "leads/board/claim/": {"lead": "<lead>"},
    "leads/board/contact/": {"lead": "<lead>", "via": "call", "outcome": "reached"},
    "leads/board/undo/": {"back": [{"lead": "<lead>", "version": 1, "changes": {"archived": True}}]},
}


def encoded(name):
    """The value of this name as it stands in an address or in a form's body."""
    return VALUES[name][0]


def in_json(name):
    return json.dumps(VALUES[name][1])
