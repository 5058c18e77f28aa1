"""People whose leads there are."""

import pytest

from conftest import make_lead


@pytest.fixture
def people(civic):
    """Leads of several people, by the contact's name."""
    contacts = {
        "Élodie Benali": "+212-600-123456",
        "Elodie": "elodie.b@example.com / 06 11 22 33 44",
        "أحمد العلمي": "00212 6 22 33 44 55, ahmed@example.com.",
        "Sara Alami": "Sara.Alami@example.com",
        "Sara Alami Idrissi": "bureau: 0522 44 55 66",
    }
    return {name: make_lead(civic, target_name=name, target_info=info) for name, info in contacts.items()}
