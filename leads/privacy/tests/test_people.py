"""Finding a person and handing out what is kept; who is meant by a name, a number or an address."""

import json
import stat
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import CommandError

from conftest import TESTER, make_car, make_lead
from leads.actions import change_lead
from leads.models import Lead, LeadEvent, PersonRequest
from leads.privacy.people import Person, TooVague, leads_of_person
from leads.privacy.tests.commands import found, run

NUMBERED = import_module("leads.migrations.0006_contacts_by_number")
POSSIBLE = import_module("leads.migrations.0008_contacts_by_possible_numbers")

# One number, as people write it: alone, and among other things.
ALONE = [
    *("0661123456", "06 61 12 34 56", "06.61.12.34.56", "06/61/12/34/56", "06–61–12–34–56", "06_61_12_34_56"),
    *(
        "٠٦٦١١٢٣٤٥٦",
        "۰۶۶۱۱۲۳۴۵۶",
        "+٢١٢ ٦٦١ ١٢٣٤٥٦",
        "06ـ61ـ12ـ34ـ56",
        "06\u200e61123456",
        "06\xa061\u202f12\xa034\xa056",
    ),
    *(
        "+212 661-123456",
        "00212661123456",
        "212661123456",
        "+212 (0)661 123456",
        "+2120661123456",
        "(+212) 661 123 456",
    ),
    "661 12 34 56",
]
AMONG = [
    *("سارة ٠٦٦١١٢٣٤٥٦", "tel 06/61/12/34/56", "tel 06–61–12–34–56", "Sara0661123456", "GSM:0661123456."),
    *("le 05/06/2024 06 61 12 34 56", "0661123456/0522445566", "0522445566 - 0661123456", "0522445566 0661123456"),
]

# --- Finding -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("elodie", {"Élodie Benali", "Elodie"}),
        ("benali ÉLODIE", {"Élodie Benali"}),
        ("احمد", {"أحمد العلمي"}),
        ("0600 12 34 56", {"Élodie Benali"}),
        ("(+212) 600.123.456", {"Élodie Benali"}),
        ("600123", {"Élodie Benali"}),
        ("0622334455", {"أحمد العلمي"}),
        ("@EXAMPLE.com", {"Elodie", "أحمد العلمي", "Sara Alami"}),
        ("sara", {"Sara Alami", "Sara Alami Idrissi"}),
        ("bureau", {"Sara Alami Idrissi"}),
        ("%", set()),
    ],
)
def test_find_takes_parts_of_names_and_numbers_in_any_spelling(people, text, names):
    assert found(text) == names


def test_find_prints_a_table(people):
    archived = people["Sara Alami"]
    Lead.objects.filter(pk=archived.pk).update(archived=True)
    out, err = run("find_person", "sara.alami@")
    titles, row = out.splitlines()
    for title, value in [
        ("lead", archived.pk),
        ("name", "Sara Alami"),
        ("car", "Honda Civic 2021"),
        ("archived", "yes"),
    ]:
        assert titles.index(title) == row.index(str(value))
    assert err == "Found 1 leads.\n"


def test_other_dealerships_people_are_not_found(people, atlas):
    make_lead(make_car(atlas), target_name="Sara of Atlas")
    assert found("sara", dealership="Atlas Cars") == {"Sara of Atlas"}
    assert "Sara of Atlas" not in found("sara")


@pytest.mark.parametrize("text", ["06 12", "\u0301"])
@pytest.mark.parametrize("command", ["find_person", "export_person", "erase_person"])
def test_text_that_means_everybody_is_refused(people, command, text):
    with pytest.raises(CommandError, match="at least 6 digits|must not be blank"):
        run(command, text)
    assert Lead.objects.count() == 5


# --- Who is meant ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("elodie", {"Elodie"}),
        ("ELODIE  benali", {"Élodie Benali"}),
        ("احمد العلمي", {"أحمد العلمي"}),
        ("sara alami", {"Sara Alami"}),
        ("Alami", set()),
        ("0600123456", {"Élodie Benali"}),
        ("212600123456", {"Élodie Benali"}),
        ("600123", set()),
        ("0611223344", {"Elodie"}),
        ("ELODIE.B@example.com", {"Elodie"}),
        ("ahmed@example.com", {"أحمد العلمي"}),
        ("+212622334455", {"أحمد العلمي"}),
        ("0522445566", {"Sara Alami Idrissi"}),
        ("alami@example.com", set()),
        ("example.com", set()),
    ],
)
def test_export_and_erasure_mean_the_whole_name_number_or_address(people, text, names):
    held = json.loads(run("export_person", text)[0])
    assert {lead["targetName"] for lead in held["leads"]} == names
    assert run("erase_person", text, "--yes")[0] == str(len(names))
    assert set(Lead.objects.values_list("target_name", flat=True)) == set(people) - names


@pytest.mark.parametrize(
    ("text", "info", "is_meant"),
    [
        ("600123456", "+33 600 123 456", False),
        ("123456", "0600-123456", False),
        ("0600123456", "0600123456 0522334455", True),
        ("0522334455", "tel. 0600 12 34 56 / 0522 33 44 55", True),
        ("+33612345678", "0033 6 12 34 56 78", True),
        ("+33612345678", "+33 (0)6 12 34 56 78", True),
        ("0612345678", "+33 (0)6 12 34 56 78", False),
        *(("0661123456", info, True) for info in [*ALONE, *AMONG]),
        *((typed, "سارة ٠٦٦١١٢٣٤٥٦", True) for typed in ALONE),
        ("0661123456", "sara0661123456@mail.ma", False),
        ("0661123456", "0661123457", False),
        ("0661123456", "00661123456", False),
        ("0612345678", "+33 6 12 34 56 78", False),
        ("sara@x.ma", "mailto:SARA@x.ma", True),
        ("sara@x.ma", "Sara <sara@x.ma>", True),
        ("sara@x.ma", "sara@x.ma.com", False),
        ("a@x.ma", "sara@x.ma", False),
    ],
)
def test_a_number_or_address_is_meant_only_as_a_whole(text, info, is_meant):
    assert Person.of(text).is_meant_by(Lead(target_name="Somebody", target_info=info)) is is_meant


def test_nobody_is_called_nothing():
    with pytest.raises(TooVague):
        Person.of(" ")


def test_a_number_is_meant_wherever_the_contact_has_it(civic, api):
    make_lead(civic, target_name="Sara", target_info="سارة ٠٦٦١١٢٣٤٥٦")
    make_lead(civic, target_name="tel 06/61/12/34/56", target_info="?")
    api.post(f"/leads/car/{civic.pk}", {"action": "Call", "targetName": "Sara", "targetInfo": "+212 661-123456"})
    other = make_lead(civic, target_name="Karim", target_info="0600112233", note="Call 06–61–12–34–56")
    out, err = run("erase_person", "0661123456", "--yes")
    assert (out, str(other.pk) in err) == ("3", True)
    assert Lead.objects.get().pk == other.pk


@pytest.mark.parametrize(
    ("migrate", "info", "before", "typed"),
    [
        (NUMBERED.write_numbers, "tel 06/61/12/34/56", "tel 06/61/12/34/56", "+212 661 12 34 56"),
        (POSSIBLE.write_keys, "+33 06 12 34 56 78", "+33 06 12 34 56 78\n00330612345678", "0033 612345678"),
        (POSSIBLE.write_keys, "0942-996141", "0942-996141\n000942996141", "+212 942 996141"),
        (POSSIBLE.write_keys, "sara\u200e@mail.ma", "sara\u200e@mail.ma\n", "sara@mail.ma"),
    ],
)
def test_leads_of_before_are_found_after_the_migration(civic, casa, migrate, info, before, typed):
    lead = make_lead(civic, target_info=info)
    Lead.objects.update(contact_text=before)
    assert leads_of_person(casa, typed) == []
    migrate(apps, None)
    assert leads_of_person(casa, typed) == [lead]
    assert Lead.objects.values_list("version", "updated_at").get() == (lead.version, lead.updated_at)


# --- Handing out -------------------------------------------------------------------------------


def test_export_has_every_field_and_the_history(people, casa):
    lead = change_lead(casa, people["Sara Alami"].pk, {"note": "Was nice"}, actor=TESTER)
    change_lead(casa, lead.pk, {"note": None, "status": "COMPLETED"}, actor=TESTER)
    out, err = run("export_person", "sara alami")
    (held,) = json.loads(out)["leads"]
    assert (held["targetInfo"], held["car"]["make"], held["archived"]) == ("Sara.Alami@example.com", "Honda", False)
    assert [event["kind"] for event in held["history"]] == ["lead.created", "lead.changed", "lead.changed"]
    assert held["history"][2]["changes"]["note"] == {"from": "Was nice", "to": None}
    assert err.startswith("Exported 1 leads.\n")


def test_export_to_a_file_is_for_its_owner_alone_and_overwrites_nothing(people, tmp_path):
    path = tmp_path / "sara.json"
    assert run("export_person", "Sara Alami", "--output", str(path))[0] == str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(json.loads(path.read_text())["leads"]) == 1
    with pytest.raises(CommandError, match="exists"):
        run("export_person", "Elodie", "--output", str(path))
    assert "Elodie" not in path.read_text()


def test_that_it_was_done_is_recorded_without_the_data(people, casa, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "nadia")
    run("export_person", "Sara Alami")
    run("erase_person", "Sara Alami", "--dry-run")
    run("erase_person", "Sara Alami", "--yes")
    run("erase_person", "Sara Alami", "--yes")
    records = PersonRequest.objects.order_by("at")
    assert [(record.kind, record.actor_name, record.leads) for record in records] == [
        ("export", "nadia", 1),
        ("erase", "nadia", 1),
        ("erase", "nadia", 0),
    ]
    assert LeadEvent.objects.get(kind="lead.deleted").actor_name == "nadia"
    assert "alami" not in str(list(records.values())).lower()
