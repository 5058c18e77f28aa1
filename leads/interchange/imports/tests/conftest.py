"""Files to import, and the command that imports them."""

import json
from io import StringIO
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command

from conftest import make_car
from leads.interchange.imports import leases
from leads.interchange.imports.models import Door, Import, ImportState
from leads.interchange.imports.staging import stage
from leads.interchange.imports.tests.wizard import page_of, upload
from steerleads.dealers.models import Role
from steerleads.dealers.tests.people import browser, make_staff

HEAD = "Nom,GSM,Email,Marque,Modèle\n"


def rows(count, start=0):
    return "".join(f"Client {n},06612{n:05},c{n}@x.ma,Dacia,Logan\n" for n in range(start, start + count))


@pytest.fixture
def logan(casa):
    return make_car(casa, make="Dacia", model="Logan", overview_year=2020, stock_number="D-1")


@pytest.fixture
def write(tmp_path):
    """Writes a file, of text or bytes, and gives its path."""

    def write(content, name="leads.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


@pytest.fixture
def staged(casa, logan, write):
    """An import of 250 rows, whose columns are known, ready to be started."""

    def staged(count=250, **options):
        with open(write(HEAD + rows(count), f"{count}.csv"), "rb") as file:
            run = stage(casa, file, "leads.csv", door=Door.ADMIN, actor_name="Nadia Idrissi")
        run.options |= options
        leases.start(run, ImportState.RUNNING)
        return run

    return staged


def run_import(path, *arguments, dealership="Casa Motors"):
    """What `import_leads` printed: the exit code, the words on stderr, and the JSON object's members."""
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command("import_leads", path, *arguments, dealership=dealership, stdout=out, stderr=err)
    except CommandError as error:
        code = error.returncode
        err.write(str(error))
    said = json.loads(out.getvalue()) if out.getvalue() else {}
    return SimpleNamespace(code=code, err=err.getvalue(), **said)


def stop_after(batches):
    """A `stopping` that says yes once so many batches are through."""
    left = iter(range(batches + 1))
    return lambda: next(left) == batches


@pytest.fixture
def manager(casa):
    casa.language = "en"
    casa.save()
    return browser(make_staff(casa, Role.MANAGER, first_name="Amina", last_name="Bennani"))


@pytest.fixture
def run(manager, logan):
    """An import whose file was sent."""
    answer = upload(manager)
    run = Import.objects.get()
    assert answer["Location"] == page_of(run)
    return run
