"""Our own exports, imported into an empty dealership and exported again: the same but for ids and times."""

from io import BytesIO

import pytest

from conftest import TESTER, make_car, make_lead
from leads.actions import archive_lead
from leads.creating import Draft, create_leads
from leads.interchange.exports import exporters_of
from leads.interchange.exports.base import Context
from leads.interchange.exports.contents import LEADS_TO_EXPORT
from leads.interchange.exports.making import write_rows
from leads.interchange.imports.tests.conftest import run_import
from leads.models import Lead, Origin

# What the second dealership makes anew, or has in the place of the first one's ids.
ANEW = {"id", "carId", "createdAt", "updatedAt", "source", "externalId"}
# What a format has no place for.
LOST = {"adf": {"status", "tag", "order", "archived", "targetInfo", "location"}}
TEXTS = [
    *("=1+1", "'quoted", "N/A", "-", "@sara", "+212", 'a;b,c"d', "٠٦٦١", "Élodie أحمد", "TRUE", "two  spaces", "007"),
    *("1,5", "2026-11-20", "null", "#REF!", "\u200fيمين", '="000124"', "-5", "x\ty"),
]


@pytest.fixture
def stock(casa, logan):
    """Leads of Casa, of every kind; Atlas has the same cars, and no leads."""
    clio = make_car(casa, make="Renault", model="Clio", vin="VF1RFB00066123456")
    infos = [
        "+212-600-123456",
        "06 61 23 45 67 / Sara@mail.example",
        "ask at the garage",
        "0522 20 10 10 ou 0661000000",
    ]
    for number, text in enumerate(TEXTS):
        fields = {"tag": text.strip().replace("\t", " "), "note": f"{text}\nline {number}", "order": number - 3}
        fields |= {"status": ["NEW", "COMPLETED", "NOT_NEEDED"][number % 3], "action": f"{text} {number}"}
        fields |= {"target_info": infos[number % 4], "target_name": f"Client {number}"}
        fields = {name: value.replace("\t", " ") if name == "action" else value for name, value in fields.items()}
        lead = make_lead((logan, clio)[number % 2], **fields)
        if number % 5 == 0:
            archive_lead(casa, lead.pk, actor=TESTER)
    origin = Origin(source="hubspot", external_id="51")
    fields = {"action": "Call", "target_name": "Imported", "target_info": "0661999999"}
    create_leads(casa, [Draft(clio.pk, fields, origin)], actor=TESTER)


@pytest.fixture
def second(atlas, stock):
    make_car(atlas, make="Dacia", model="Logan", overview_year=2020, stock_number="D-1")
    make_car(atlas, make="Renault", model="Clio", vin="VF1RFB00066123456")
    return atlas


def exported(dealership, name, **how):
    context = Context(LEADS_TO_EXPORT, dealership, dealership.language, **how)
    leads = Lead.objects.of(dealership).order_by("target_name")
    file, rows = BytesIO(), leads.values_list(*LEADS_TO_EXPORT.listing.columns)
    count = write_rows(rows, exporters_of(LEADS_TO_EXPORT)[name], file, context)
    return file.getvalue(), count


def as_rows(dealership):
    """The leads as the export's own cells, but for what is made anew."""
    rows = Lead.objects.of(dealership).order_by("target_name").values_list(*LEADS_TO_EXPORT.listing.columns)
    return [{k: v for k, v in LEADS_TO_EXPORT.flat(row).items() if k not in ANEW} for row in rows]


FOR_PEOPLE = {"for_excel": True, "translated": True}
FORMATS = [
    (name, {}, "fr") for name in ("csv", "jsonl", "xlsx", "adf", "jsonlead") if name in exporters_of(LEADS_TO_EXPORT)
]
FORMATS += [(name, FOR_PEOPLE, language) for name in ("csv", "xlsx") for language in ("fr", "ar", "en")]


@pytest.mark.parametrize(("name", "how", "language"), FORMATS, ids=str)
def test_what_went_out_comes_in_the_same(casa, second, write, name, how, language):
    casa.language = second.language = language
    content, count = exported(casa, name, **how)
    run = run_import(write(content, f"leads.{name}"), dealership="Atlas Cars")
    assert (run.code, run.created, run.ignoredColumns) == (0, count, [])
    lost = LOST.get(name, set())
    first, again = (
        [{k: v for k, v in row.items() if k not in lost} for row in as_rows(each)] for each in (casa, second)
    )
    assert again == first
    times = [list(Lead.objects.of(each).order_by("target_name").values_list("created_at")) for each in (casa, second)]
    assert [[at[0].replace(microsecond=0) for at in each] for each in times][0] == [at[0] for at in times[1]]
    assert run_import(write(content, f"leads.{name}"), dealership="Atlas Cars").created == 0


def test_an_export_that_comes_back_to_its_own_dealership_changes_nothing(casa, stock, write):
    before = list(Lead.objects.order_by("pk").values())
    for name, how, _language in FORMATS:
        content, count = exported(casa, name, **how)
        for known in ("skip", "update"):
            run = run_import(write(content, f"leads.{name}"), "--on-known", known)
            assert (run.code, run.unchanged) == (0, count), (name, known)
    assert list(Lead.objects.order_by("pk").values()) == before
