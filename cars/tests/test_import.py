"""Importing cars from files as dealers' programs write them."""

import tracemalloc
from io import BytesIO, StringIO

import pytest
from django.core.management import CommandError, call_command

from cars.imports import BATCH, import_cars
from cars.models import Car
from cars.serializers import WRITABLE
from cars.sheets import read_sheet
from conftest import make_car
from steerleads.progress import Progress
from steerleads.tables.table import NotATable
from steerleads.tests import commands
from steerleads.tests.databases import scratch_database

HONDA, DACIA = "1HGCM82633A004352", "VF1RFB00X56789012"
HEADER = "make,model,overviewYear,vin,stockNumber,price,km,location,status\n"
GOOD = HEADER + f"Honda,Civic,2021,{HONDA},A-1,120000.50,45000,Casablanca,INSPECTED\nDacia,Logan,,,,,,,\n"


class Result:
    """What one run of the command said: its exit code, the value on stdout, the lines on stderr."""

    def __init__(self, dealership, path, *arguments):
        out, err, self.code, self.refusal = StringIO(), StringIO(), 0, ""
        try:
            call_command("import_cars", path, *arguments, dealership=dealership.name, stdout=out, stderr=err)
        except CommandError as error:
            self.code, self.refusal = error.returncode, str(error)
        self.out, self.err = out.getvalue().strip(), err.getvalue().splitlines()


@pytest.fixture
def run(casa, tmp_path):
    def run(content, *arguments):
        path = tmp_path / "cars.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return Result(casa, str(path), *arguments)

    return run


def said(created=0, updated=0, unchanged=0, refused=0):
    return f"{created} created, {updated} updated, {unchanged} unchanged, {refused} refused"


def parse(content):
    return read_sheet(BytesIO(content.encode() if isinstance(content, str) else content))


# --- What is read ------------------------------------------------------------------------------


def test_good_rows_become_cars_with_all_their_values(run, casa):
    assert run(GOOD).out == said(created=2)
    civic = Car.objects.of(casa).get(vin=HONDA)
    values = [getattr(civic, column) for column in WRITABLE.values()]
    assert [str(value) for value in values] == GOOD.splitlines()[1].split(",")
    assert civic.search_text.startswith("honda\ncivic")
    assert Car.objects.of(casa).filter(make="Dacia", vin=None, price=None, status="LOADING").exists()


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("make,model,overviewYear", ["make", "model", "overviewYear"]),
        ("MAKE,Model,OVERVIEWYEAR", ["make", "model", "overviewYear"]),
        ("\ufeffmake,model,overview_year", ["make", "model", "overviewYear"]),
        ("make;model;stock number", ["make", "model", "stockNumber"]),
        ("make\tmodel\tStock-Number", ["make", "model", "stockNumber"]),
        ('"make", "model", "km"', ["make", "model", "km"]),
        ("Marque;Modèle;Année;Prix;Kilométrage;Ville", ["make", "model", "overviewYear", "price", "km", "location"]),
        ("make;model;prix (MAD, TTC);N° de stock", ["make", "model", "price", "stockNumber"]),
        ('sep=;\r\nmake;model;"km\n(réels)"', ["make", "model"]),
        ("make,model,,", ["make", "model"]),
    ],
)
def test_header_is_understood(header, names):
    assert list(parse(header).titles) == names


@pytest.mark.parametrize(
    ("separator", "column", "text", "value"),
    [
        (",", "km", "45 000", "45000"),
        (",", "km", "45\u202f000", "45000"),
        (";", "price", "120\xa0000,50", "120000.50"),
        (";", "price", "120000,5", "120000.5"),
        ("\t", "price", "120000.50", "120000.50"),
        # Refused by the API's rules, for they could mean anything:
        (";", "price", "120,000", "120,000"),
        (";", "price", "120.000,50", "120.000,50"),
        (",", "price", '"120,50"', "120,50"),
        # Texts stay as they are:
        (";", "location", "Rue 2,5 bis", "Rue 2,5 bis"),
    ],
)
def test_numbers_lose_spaces_and_beside_semicolons_their_comma(separator, column, text, value):
    sheet = parse(separator.join(["make", "model", column]) + "\n" + separator.join(["Honda", "Civic", text]))
    assert [row.cells[column] for row in sheet.rows] == [value]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        ("make,price\nHonda,1\n", "no column “model” among “make”, “price”"),
        ("Honda,Civic\n", "no column “make”"),
        ("make,model,year,overviewYear\n", "“year” and “overviewYear” both mean overviewYear"),
        (b"make,model\nHonda,Civic\nHonda," + b"x" * 1_100_000, "Line 3 is longer"),
        ('make,model,"km\n', "Line 1 names the columns, and is not CSV"),
    ],
)
def test_file_that_is_no_sheet_is_refused_wholly(run, content, words):
    result = run(content)
    assert (result.code, result.out, Car.objects.count()) == (1, "", 0)
    with pytest.raises(NotATable, match=words):
        parse(content)
    assert result.refusal.startswith("Nothing was imported")


def test_missing_file_and_folder_are_refused(casa, tmp_path):
    assert "No such file" in Result(casa, str(tmp_path / "none.csv")).refusal
    assert "not a file" in Result(casa, str(tmp_path)).refusal


# --- Bad rows ----------------------------------------------------------------------------------


def test_every_bad_row_is_named_with_its_line_and_reason_and_good_ones_are_kept(run):
    result = run(
        "Marque;Modèle;Prix;vin;km\n"
        "Honda;Civic;120 000,50;;1\n"
        '"Dacia";"Logan\nStepway";cheap;;\n'
        "\n"
        ";;;;\n"
        f";Logan;;{HONDA[:-1]};-1\n"
        "Honda;Accord;120.000;;\n"
        "Honda;Jazz;1;;\n"
        "Honda;Insight\n"
        'Honda;"Ci"vic;1;;\n'
        "Honda;Ci\0vic;1;;\n"
        "Kia;Rio;1;;;\n"
        "Kia;Rio;1;;;spare\n"
        'Kia;"Ceed;1;;\n'
    )
    assert (result.code, result.out) == (1, said(created=3, refused=8))
    assert result.refusal == "8 of 11 rows were refused."
    assert [line.partition(": ")[::2] for line in result.err] == [
        ("Line 3", "Modèle: This field contains the character U+000A, which is not allowed. " + MONEY),
        ("Line 7", f"Marque: This field is required. vin: {VIN} km: {KM}"),
        ("Line 8", "“120.000” could mean 120000 or 120. Write one of these."),
        ("Line 10", "It has 2 columns, and the first line names 5."),
        ("Line 11", "A quote stands inside a quoted text. Write it twice."),
        ("Line 12", "Modèle: This field contains the character U+0000, which is not allowed."),
        ("Line 14", "It has 6 columns, and the first line names 5."),
        ("Line 15", "A quoted text begins in this row and does not end. The last good line is 13."),
    ]


MONEY = "Prix: This field must be a number from 0 to 9999999999.99 with at most 2 decimals."
VIN = "A VIN has 17 letters and digits, without I, O and Q."
KM = "This field must be a whole number from 0 to 2147483647."


def test_huge_text_costs_its_own_row_only(run):
    result = run(f"make,model,about\nHonda,Civic,{'x' * 200_000}\nHonda,Jazz,short\n")
    assert result.out == said(created=1, refused=1)
    assert result.err[0] == "Columns ignored: about."
    assert result.err[1].startswith("Line 2: A text in it, still")


def test_line_numbers_are_the_files_own_below_texts_of_several_lines(run):
    result = run('sep=,\r\nmake,model,about\r\nHonda,Civic,"one\r\ntwo\r\n\r\nthree"\r\nHonda,,\r\n')
    assert result.err[1:] == ["Line 7: model: This field is required."]


def test_unknown_columns_are_named_once_and_ignored(run):
    result = run("make,model,colour,doors\nHonda,Civic,red,5\nHonda,Jazz,blue,3\n")
    assert (result.code, result.err) == (0, ["Columns ignored: colour, doors."])


# --- Again -------------------------------------------------------------------------------------


def test_second_run_changes_nothing(run, casa):
    run(GOOD)
    before = list(Car.objects.order_by("pk").values())
    assert run(GOOD).out == said(unchanged=2)
    assert list(Car.objects.order_by("pk").values()) == before


def test_vin_finds_the_car_and_other_values_update_it(run, casa):
    car = make_car(casa, vin=HONDA, stock_number="A-1", price=1)
    result = run(f"make,model,vin,stockNumber,price,location\nHonda,Accord,{HONDA.lower()},A-2,,Rabat\n")
    assert result.out == said(updated=1)
    car.refresh_from_db()
    assert (car.model, car.stock_number, car.location, car.version) == ("Accord", "A-2", "Rabat", 2)
    assert car.price == 1  # an empty cell leaves what was there


def test_stock_number_finds_a_car_without_vin_and_gives_it_one(run, casa):
    car = make_car(casa, stock_number="A-1")
    assert run(f"make,model,vin,stock\nHonda,Civic,{HONDA},A-1\n").out == said(updated=1)
    car.refresh_from_db()
    assert car.vin == HONDA


def test_stock_number_of_a_car_with_another_vin_is_refused(run, casa):
    make_car(casa, vin=DACIA, stock_number="A-1")
    result = run(f"make,model,vin,stock\nHonda,Civic,{HONDA},A-1\n")
    assert result.out == said(refused=1)
    assert result.err == ["Line 2: stock: Another vehicle of your dealership has the stock number A-1."]


def test_row_without_vin_and_stock_number_is_recognised_by_its_likeness(run, casa):
    rows = "make,model,km,status\nHonda,Civic,10,NEW\n".replace("NEW", "LOADING")
    assert run(rows).out == said(created=1)
    assert run(rows + "Honda,Civic,11,LOADING\nHonda,Civic,10,SOLD\n").out == said(created=1, unchanged=2)
    assert sorted(Car.objects.values_list("km", "status")) == [(10, "LOADING"), (11, "LOADING")]


def test_repetition_in_the_file_is_skipped_and_a_contradiction_refused(run):
    honda = f"Honda,Civic,{HONDA},A-1,10\n"
    result = run(f"make,model,vin,stock,km\n{honda}{honda}Honda,Civic,{HONDA},,11\nDacia,Logan,{DACIA},A-1,10\n")
    assert result.out == said(created=1, unchanged=1, refused=2)
    assert [line[:38] for line in result.err] == [
        "Line 4: Line 2 has this VIN or stock n",
        "Line 5: Line 2 has this VIN or stock n",
    ]


def test_repetition_of_a_refused_row_is_refused_too(run, casa):
    make_car(casa, vin=DACIA, stock_number="A-1")
    row = f"Honda,Civic,{HONDA},A-1\n"
    assert run(f"make,model,vin,stock\n{row}{row}").out == said(refused=2)


def test_other_dealerships_cars_are_neither_found_nor_in_the_way(run, casa, atlas):
    theirs = make_car(atlas, vin=HONDA, stock_number="A-1")
    assert run(GOOD).out == said(created=2)
    theirs.refresh_from_db()
    assert (theirs.version, Car.objects.of(casa).count()) == (1, 2)


NAMES = HEADER.strip().split(",") + ["plate"]
LOGAN = {"make": "Dacia", "model": "Logan", "overviewYear": "2020"}
CIVIC = {"make": "Honda", "model": "Civic", "overviewYear": "2021"}


def line(**cells):
    return ",".join(cells.get(name, "") for name in NAMES) + "\n"


@pytest.mark.parametrize(
    ("first", "last", "reported"),
    [
        (LOGAN | {"vin": DACIA}, LOGAN, said(BATCH + 1, 0, 1)),
        (LOGAN | {"vin": DACIA, "plate": "12345-A-6"}, LOGAN | {"plate": "12345 أ 6"}, said(BATCH + 1, 1)),
        (LOGAN | {"vin": DACIA, "plate": "12345-A-6"}, LOGAN | {"plate": "12345-A-6"}, said(BATCH + 1, 0, 1)),
        (
            CIVIC | {"vin": HONDA, "price": "10.50", "km": "200"},
            CIVIC | {"price": "10.5", "km": "200"},
            said(BATCH, 1, 1),
        ),
        (
            CIVIC | {"vin": HONDA, "price": "10.50", "km": "200"},
            CIVIC | {"price": "9", "km": "100"},
            said(BATCH + 1, 1),
        ),
    ],
)
def test_a_dry_run_knows_what_its_earlier_rows_wrote(run, casa, first, last, reported):
    make_car(casa, make="Honda", model="Civic", overview_year=2021, vin=HONDA, km=100, price=9)
    others = [line(make="Fiat", model=f"M{number}", stockNumber=f"F-{number}") for number in range(BATCH)]
    content = "".join([",".join(NAMES) + "\n", line(**first), *others, line(**last)])
    dry = run(content, "--dry-run").out
    assert dry == run(content).out == reported


def test_dry_run_reports_the_same_and_writes_nothing(run, casa):
    make_car(casa, vin=HONDA)
    content = GOOD + "Kia,,,,,,,,\n" + "Dacia,Logan,,,,,,,\n" * BATCH + "Dacia,Sandero,,,,,,,\n"
    before = list(Car.objects.values())
    dry = run(content, "--dry-run")
    assert list(Car.objects.values()) == before
    real = run(content)
    assert (dry.out, dry.err, dry.code) == (real.out, real.err, real.code)
    assert real.out == said(created=2, updated=1, unchanged=BATCH, refused=1)


def test_stopped_half_way_whole_batches_are_kept_and_the_next_run_goes_on(casa):
    content = "make,model,km\n" + "".join(f"Honda,Civic,{km}\n" for km in range(3 * BATCH))

    def stop(line):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_cars(casa, parse(content), progress=stop)
    assert Car.objects.count() == BATCH
    assert import_cars(casa, parse(content)) == {"unchanged": BATCH, "created": 2 * BATCH}


# --- Size --------------------------------------------------------------------------------------


def test_import_asks_a_handful_of_statements_a_row(casa, django_assert_max_num_queries):
    content = "make,model,vin,km\n" + "".join(f"Honda,Civic,1HGCM82633A{km:06},{km}\n" for km in range(50))
    with django_assert_max_num_queries(50 * 4 + 2):
        import_cars(casa, parse(content))


def test_long_file_is_read_in_constant_memory():
    peaks = {}
    for count in (5_000, 50_000):
        file = BytesIO(("make,model,km\n" + "Honda,Civic,45000\n" * count).encode())
        tracemalloc.start()
        assert sum(1 for row in read_sheet(file).rows) == count
        peaks[count] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peaks[50_000] < 1.5 * peaks[5_000]


def test_progress_is_shown_on_a_terminal_only():
    class Terminal(StringIO):
        def write(self, text, style=None, ending=""):
            return super().write(text + ending)

    pipe, terminal = Terminal(), Terminal()
    terminal.isatty = lambda: True
    for stream in (pipe, terminal):
        progress = Progress(stream, "lines", 1000)
        progress(200)
        progress(201)  # too soon after the last
        progress.clear()
    assert (pipe.getvalue(), terminal.getvalue()) == ("", "\r\x1b[K200 of 1,000 lines\r\x1b[K")


@pytest.mark.on_one_database
def test_exit_codes_of_the_command_itself(tmp_path):
    with scratch_database(tmp_path) as (url, _):
        done = commands.run(["import_cars", "none.csv", "--dealership", "Casa"], commands.environment(url, tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("CommandError: There is no dealership “Casa”. There are: ")


def test_before_there_is_a_dealership_it_says_how_to_make_one(db):
    with pytest.raises(CommandError, match="There is no dealership “Casa”. There are none yet"):
        call_command("import_cars", "none.csv", dealership="Casa")
