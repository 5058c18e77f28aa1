"""Files that nobody should have sent, imported: a sentence, and nothing half-written; through the command and the admin."""

import random
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from leads.interchange.imports.models import Import, ImportRow
from leads.interchange.imports.tests.conftest import run_import
from leads.models import Lead, LeadEvent
from steerleads.dealers.models import Role
from steerleads.dealers.tests.people import browser, make_staff
from steerleads.tables.tests.hostile import encodings, grammar, text_files, workbooks

pytestmark = pytest.mark.on_one_database

MIB = 1024 * 1024
LAUGHS = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
ADF = '<?xml version="1.0"?>\n<?adf version="1.0"?>\n'


def own_formats():
    """Files that begin like exports of ours."""
    yield "JSON lines of rubbish", b'{"a": 1}\n{\n[]\n"x"\n\xff\n'
    yield "JSON that is deep", b"[" * MIB
    yield "an object that is deep", b'{"a":' * 100_000
    yield "JSON of no leads", b'[1, 2, {"sales_lead": 5}]'
    yield "a JsonLead of no parts", b'[{"sales_lead": {"vehicles": 3, "ids": {}, "comments": ["x"], "custom": []}}]'
    yield (
        "values of every kind",
        b'{"targetName": {"x": 1}, "targetInfo": 5, "note": null, "tag": true, "order": 1e999}',
    )
    yield "a surrogate by itself", b'{"targetName": "\\ud800", "targetInfo": "\\udfff\\u0000"}'
    yield "a line of 2 MiB", b'{"targetName": "' + b"x" * 2 * MIB + b'"}'
    yield (
        "entities in entities",
        f'{ADF.split(chr(10))[0]}<!DOCTYPE adf [<!ENTITY e0 "x">{LAUGHS}]><adf>&e11;</adf>'.encode(),
    )
    yield "an entity of a file", b'<?xml version="1.0"?><!DOCTYPE adf [<!ENTITY e SYSTEM "/etc/passwd">]><adf>&e;</adf>'
    yield "ADF cut off", f"{ADF}<adf><prospect><id>1</id>".encode()
    yield "ADF of nothing", f"{ADF}<adf></adf>".encode()
    yield "ADF that is deep", (ADF + "<adf>" * 100_000).encode()
    yield "ADF of two prospects in a line", f"{ADF}<adf><prospect/><prospect/></adf>".encode()
    yield "noise behind a brace", b"{" + random.Random(4).randbytes(9999)
    yield "formulas", b"Name,Phone\n=cmd|' /C calc'!A0,@SUM(1)\n"


def files():
    for group in (text_files, grammar, encodings, workbooks):
        yield from ((name, content) for name, content, _expected in group())
    yield from own_formats()


FILES = list(files())


def everything():
    return [table.objects.count() for table in (Lead, LeadEvent, Import, ImportRow)]


def test_there_are_many():
    assert len(FILES) > 50


def test_the_command_says_a_sentence_or_takes_the_good_rows(casa, logan, write, subtests):
    for name, content in FILES:
        with subtests.test(name):
            before = everything()
            run = run_import(write(content, "leads.csv"), "--car", str(logan.pk))
            assert run.code in (0, 1, 2)
            if run.code == 2:
                assert re.search(r"[.!]$", run.err.strip()) and everything() == before
            else:
                assert all(re.search(r"[.!]$", each["message"]) for each in run.refused)
                assert Lead.objects.count() - before[0] == run.created


@pytest.mark.parametrize("language", ["fr", pytest.param("ar", marks=pytest.mark.slow)])
def test_the_admin_says_a_sentence_in_the_persons_language(casa, subtests, language):
    casa.language = language
    casa.save()
    manager = browser(make_staff(casa, Role.MANAGER))
    for name, content in FILES:
        with subtests.test(name):
            before = everything()
            answer = manager.post("/admin/interchange/import/add/", {"file": SimpleUploadedFile("leads.xls", content)})
            assert answer.status_code in (200, 302)
            if answer.status_code == 200:
                with translation.override(language):
                    [words] = answer.context["form"].errors["file"]
                assert everything() == before and not re.search(r"\b(the|is|file)\b", words)
            else:
                assert manager.get(answer["Location"]).status_code == 200
