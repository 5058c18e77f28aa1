"""README, CONTRIBUTING and docs/: their links lead somewhere, their programs run, and their tables are complete."""

import ast
import json
import re
import shutil
import subprocess

import pytest
from django.core.management import get_commands

from steerleads.tests.documents import (
    CODE_SPAN,
    DOCS,
    DOCUMENTS,
    ROOT,
    anchors_of,
    programs,
    prose_of,
    text_of,
)
from steerleads.tests.servers import running_server

pytestmark = pytest.mark.on_one_database

LINK = re.compile(r'\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"')
PATH = re.compile(r"`((?:steerleads|leads|cars|templates|docs|\.ci)/[\w./-]*)`")
PICTURES = ROOT / "docs" / "pictures"
LARGEST_PICTURE = 150_000  # bytes
OUR_APPS = ("steerleads", "cars", "leads")
REPLACE_DJANGOS = {"changepassword", "createsuperuser"}  # with the product's rules for passwords

RULE = re.compile(r'^### <a id="(\d+a?|[AXINW]\d+)"></a>\1\. (?=\S)', re.MULTILINE)
CONTRACT = ROOT / "docs" / "contract.md"
SHOWN_BY = re.compile(r"^Shown by (.+)\.$", re.MULTILINE)
MODULE = re.compile(r"\[`([\w/]+/test_\w+\.py)`\]\(\.\./\1\)")
CITED = re.compile(r"\bcontract (\d+a?(?:(?:, | and | to )\d+a?)*)", re.IGNORECASE)


# --- Links and paths -----------------------------------------------------------------------------


def links(document):
    """[(link, the file it leads to, what it names behind its #)] of the links within the repository."""
    prose = CODE_SPAN.sub(lambda span: span[0].replace("](", "] ("), prose_of(document))
    for pair in LINK.findall(prose):
        link = "".join(pair)
        if "://" not in link and not link.startswith("mailto:"):
            name, _, anchor = link.partition("#")
            yield link, (document.parent / name).resolve() if name else document, anchor


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_link_leads_somewhere(document):
    dead = [
        link
        for link, target, anchor in links(document)
        if not target.exists() or (anchor and anchor not in anchors_of(target))
    ]
    assert dead == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_path_of_ours_that_is_named_exists(document):
    assert [path for path in PATH.findall(prose_of(document)) if not list(ROOT.glob(path.rstrip("/")))] == []


def test_every_document_is_reached_from_the_readme():
    reached = {target for _, target, _ in links(ROOT / "README.md")}
    assert {*DOCS, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"} <= reached


def test_pictures_are_shown_and_small():
    shown = {target for document in DOCUMENTS for _, target, _ in links(document)}
    pictures = list(PICTURES.iterdir())
    assert {picture for picture in pictures if picture not in shown} == set()
    assert [picture.name for picture in pictures if picture.stat().st_size > LARGEST_PICTURE] == []


# --- Programs and tables -------------------------------------------------------------------------


def test_python_and_json_can_be_read():
    for _, code in programs("python"):
        ast.parse(code)
    for _, text in programs("json"):
        json.loads(text)


def test_lines_for_the_shell_can_be_read():
    for document, code in programs("bash"):
        read = subprocess.run(["bash", "-n"], input=code, text=True, capture_output=True)
        assert read.returncode == 0, f"{document.name}: {read.stderr}"


@pytest.mark.on_one_database
@pytest.mark.django_db
@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize(
    ("document", "code"),
    [(document, code) for document, code in programs("bash") if "API=" in code],
    ids=lambda value: getattr(value, "name", ""),
)
def test_the_examples_for_curl_work_as_they_stand(document, code):
    strict = 'set -euo pipefail\ncurl() { command curl --fail-with-body --show-error "$@"; }\n'
    with running_server() as server:
        here = code.replace("http://127.0.0.1:8000", server.url).replace("prod_…", server.casa.key)
        run = subprocess.run(["bash", "-c", strict + here], text=True, capture_output=True, timeout=60)
    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"


def first_column(heading):
    """The code in the first column of the table below that heading in docs/operate.md."""
    table = text_of(ROOT / "docs" / "operate.md").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [re.split(r"(?<!\\)\|", line)[1] for line in table.splitlines() if line.startswith("| `")]
    return [code for row in rows for code in re.findall(r"`([^`]+)`", row)]


def test_every_setting_is_documented_and_no_other():
    read = ast.walk(ast.parse(text_of(ROOT / "steerleads" / "settings.py")))
    calls = [node for node in read if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    names = {
        call.args[0].value
        for call in calls
        if isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and isinstance(call.args[0], ast.Constant)
    }
    assert set(first_column("Settings")) == names | {"SECRET_KEY", "SECRET_KEY_FILE"}  # these two by env.secret_key


def test_every_command_is_documented_and_no_other():
    ours = {name for name, app in get_commands().items() if app.startswith(OUR_APPS)} - REPLACE_DJANGOS
    assert {code.split()[0] for code in first_column("Commands")} == ours


# --- The contract --------------------------------------------------------------------------------


def rules():
    """{number: text} of docs/contract.md, in its order."""
    [_, *parts] = RULE.split(text_of(CONTRACT))
    return dict(zip(parts[::2], parts[1::2], strict=True))


def numbers_cited(text):
    """The numbers that "contract 8, 9 and 12a" or "contract 19 to 23" stand for."""
    for cited in CITED.findall(text):
        for part in re.split(r", | and ", cited):
            first, to, last = part.partition(" to ")
            yield from map(str, range(int(first), int(last) + 1)) if to else [first]


def sources():
    paths = [path for app in ("steerleads", "leads", "cars") for path in (ROOT / app).rglob("*.py")]
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in [*paths, ROOT / "conftest.py"]
    }


def test_the_contract_has_every_number_once_and_in_order():
    numbers = [number for number in RULE.findall(text_of(CONTRACT)) if number[0].isdigit()]
    last = int(numbers[-1])
    assert last >= 42 and numbers == [*map(str, range(1, 13)), "12a", *map(str, range(13, last + 1))]


def test_rules_with_a_letter_stand_once_behind_those_without_in_their_order():
    """X is of exports, I of imports, N of the inbox, A of analytics, W of work."""
    numbers = RULE.findall(text_of(CONTRACT))
    lettered = [number for number in numbers if not number[0].isdigit()]
    assert lettered and numbers[-len(lettered) :] == lettered
    assert lettered == sorted(set(lettered), key=lambda number: ("XINAW".index(number[0]), int(number[1:])))


@pytest.mark.parametrize("number", rules())
def test_every_rule_names_tests_that_exist(number):
    [shown_by] = SHOWN_BY.findall(rules()[number])
    modules = MODULE.findall(shown_by)
    assert modules and ", ".join(f"[`{module}`](../{module})" for module in modules) == shown_by
    assert [module for module in modules if not (ROOT / module).is_file()] == []


def test_every_number_that_code_cites_is_a_rule():
    cited = {number for text in sources().values() for number in numbers_cited(text)}
    assert cited and cited <= set(rules())


def test_a_test_that_says_which_rule_it_shows_is_named_there():
    claims = {
        (number, path)
        for path, text in sources().items()
        if "/test_" in path
        for number in numbers_cited(ast.get_docstring(ast.parse(text)) or "")
    }
    named = {(number, module) for number, text in rules().items() for module in MODULE.findall(text)}
    assert sorted(claims - named) == []
