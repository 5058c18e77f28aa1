"""Leads as JsonLead 2.0.0 (contract X6), held against its schema."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft201909Validator, FormatChecker

from leads.interchange.tests.files import written
from leads.interchange.tests.samples import HOSTILE, PLAIN, UNSET

SCHEMA = json.loads(Path(__file__).with_name("jsonlead.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft201909Validator(SCHEMA, format_checker=FormatChecker())


def document_of(**changes):
    """The document of the lead with these changes, valid by the schema."""
    [made] = json.loads(written("jsonlead", [{**PLAIN, **changes}]))
    VALIDATOR.validate(made)
    return made


def test_a_lead_stands_where_the_schema_has_a_place_and_the_rest_of_it_in_custom():
    assert document_of() == {
        "version": "https://jsonlead.org/2.0.0/schema",
        "customer": {
            "contacts": [
                {
                    "name": {"first_name": "Salma El", "last_name": "Bennani"},
                    "phones": ["+212661234567"],
                    "emails": ["salma@mail.example"],
                }
            ]
        },
        "sales_lead": {
            "created_at": "2026-11-20T09:30:00Z",
            "ids": [PLAIN["id"]],
            "status": "NEW",
            "vehicles": [
                {
                    "ids": [PLAIN["carId"]],
                    "stock_number": "CM-0042",
                    "make": "Dacia",
                    "model": "Logan",
                    "year": 2021,
                    "vin": "UU1LSDAAH12345678",
                    "dealer_location": "Casablanca",
                }
            ],
            "origin": {"source": "autocasa"},
            "dealer_location": "Casa & Motors",
            "comments": [{"content": "Is it available?"}],
            "custom": {
                "action": "Test drive",
                "targetInfo": "0661-234567 / salma@mail.example",
                "tag": "Hot Lead",
                "order": 3,
                "archived": False,
                "updatedAt": "2026-11-21T10:00:00Z",
                "externalId": "L-1001",
            },
        },
    }


def test_what_a_lead_has_not_is_left_out():
    made = document_of(**UNSET, targetName="Salma")
    assert made["customer"] == {"contacts": [{"name": {"last_name": "Salma"}}]}
    assert set(made["sales_lead"]) == {"created_at", "ids", "status", "vehicles", "dealer_location", "custom"}
    assert set(made["sales_lead"]["custom"]) == {"action", "targetInfo", "order", "archived", "updatedAt"}


def test_an_address_in_arabic_letters_is_told_in_the_contact_alone():
    made = document_of(email="sara@كازا.ma", targetInfo="sara@كازا.ma")
    assert "emails" not in made["customer"]["contacts"][0]
    assert made["sales_lead"]["custom"]["targetInfo"] == "sara@كازا.ma"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_kept_as_they_are(text):
    made = document_of(**dict.fromkeys(["targetInfo", "action", "note", "make", "tag", "source"], text))
    assert made["sales_lead"]["comments"] == [{"content": text}]


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_file_is_one_array_of_documents_in_their_order(number):
    notes = [f"Note {each}" for each in range(number)]
    made = json.loads(written("jsonlead", [{**PLAIN, "note": note} for note in notes]))
    assert [each["sales_lead"]["comments"][0]["content"] for each in made] == notes


@pytest.mark.parametrize(
    "spoiled",
    [{"version": "2"}, {"sales_lead": {"note": "x"}}, {"customer": {"contacts": [{"emails": ["nobody"]}]}}],
)
def test_the_schema_would_have_said_so(spoiled):
    assert not VALIDATOR.is_valid({**document_of(), **spoiled})
