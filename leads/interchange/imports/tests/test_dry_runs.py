"""The dry run is the real run, taken back: it counts the same, and leaves nothing (contract-interchange I3)."""

import pytest

from cars.models import Car
from conftest import make_car
from leads.interchange.imports.batches import Memory
from leads.interchange.imports.models import Import, ImportRow
from leads.interchange.imports.tests.conftest import run_import
from leads.interchange.imports.tests.test_command import HEAD, KARIM, counts
from leads.models import Lead, LeadEvent


def test_a_dry_run_counts_as_the_run_does_and_leaves_nothing(casa, logan, write):
    run_import(write(HEAD + KARIM, "before.csv"))
    kinds = ["Dacia,Logan", "Fiat,Panda", "Fiat,Uno", "Fiat,", "Dacia,Duster"]
    rows = [f"{n % 400},S,B{n},06612{n % 250:05},NEW,,{kinds[n % 5]}\n" for n in range(450)]
    rows += ["52,K,A,0522201010,NEW,,Dacia,Logan\n", "999,X,Y,,NEW,,Dacia,Logan\n"]
    path, how = write(HEAD + "".join(rows)), ("--create-cars", "--on-known", "update")
    before = [list(table.objects.order_by("pk").values()) for table in (Lead, LeadEvent, Car, Import, ImportRow)]
    dry = run_import(path, *how, "--dry-run")
    assert [
        list(table.objects.order_by("pk").values()) for table in (Lead, LeadEvent, Car, Import, ImportRow)
    ] == before
    run = run_import(path, *how)
    assert (dry.code, counts(dry), dry.refused) == (run.code, counts(run), run.refused)
    assert run.created and run.updated and run.unchanged and run.refused


def test_a_check_knows_the_cars_that_it_made_in_earlier_batches(casa, logan, write):
    rows = ["S,0661234500,Fiat,Panda,ZFA31200000000001\n", *(f"T,05222{n:05},Dacia,Logan,\n" for n in range(150))]
    path = write("Nom,GSM,Marque,Modèle,VIN\n" + "".join(rows) + "U,0661999999,,,ZFA31200000000001\n")
    dry, run = run_import(path, "--create-cars", "--dry-run"), run_import(path, "--create-cars")
    assert counts(dry) == counts(run) == (152, 0, 0, 0)


TITLES = "Nom,GSM,Marque,Modèle,VIN,Stock,Immatriculation,Véhicule\n"
MADE = "S,0661234500,Škoda,Octavia,ZFA31200000000001,S-9,12345-أ-6,\n"
BETWEEN = "".join(f"T,05222{n:05},Dacia,Logan,,,,\n" for n in range(150))
NAMED = [
    *(",,zfa31200000000001,,,", ",,ZFA 31200000000001,,,", ",,,S-9,,", ",,,,12345 A 6,", "SKODA,octavia,,,,"),
    *(",,,,,skoda Octavia", ",,,,,zfa31200000000001", ",,,,,12345|أ|6", ",,,,,S-9"),
]


@pytest.mark.parametrize("named", NAMED)
def test_a_check_knows_the_cars_that_it_made_by_all_that_names_one(casa, logan, write, named):
    path = write(TITLES + MADE + BETWEEN + f"U,0661999999,{named}\n")
    dry, run = run_import(path, "--create-cars", "--dry-run"), run_import(path, "--create-cars")
    assert counts(dry) == counts(run) == (152, 0, 0, 0)


def test_a_car_that_two_batches_name_is_made_once(casa, logan, write):
    """First by its VIN, then by the same in small letters and another model, then by both models."""
    second = "U,0661999998,Skoda,Fabia,zfa31200000000001,,,\n"
    third = "V,0661999997,Škoda,Octavia,,,,\nW,0661999996,Skoda,Fabia,,,,\n"
    more = BETWEEN.replace("05222", "05333")
    path = write(TITLES + MADE + BETWEEN + second + more + third)
    dry, run = run_import(path, "--create-cars", "--dry-run"), run_import(path, "--create-cars")
    assert counts(dry) == counts(run) == (304, 0, 0, 0)


def test_a_colleague_may_make_the_same_car_meanwhile(casa, logan, write, monkeypatch):
    def keep_cars(memory, made, keep_cars=Memory.keep_cars):
        if made:
            make_car(casa, make="Škoda", model="Octavia", vin="ZFA31200000000001")
        keep_cars(memory, made)

    monkeypatch.setattr(Memory, "keep_cars", keep_cars)
    path = write(TITLES + MADE + BETWEEN + "U,0661999999,Skoda,Octavia,,,,\n")
    assert counts(run_import(path, "--create-cars", "--dry-run")) == (152, 0, 0, 0)
