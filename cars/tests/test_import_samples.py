"""Importing cars from files as dealers have them: what becomes of each row, and which files are refused."""

from io import BytesIO
from pathlib import Path

import pytest

from cars.imports import import_cars
from cars.models import Car
from cars.sheets import read_sheet
from steerleads.tables.table import NotATable
from steerleads.tables.tests.workbooks import workbook

pytestmark = pytest.mark.on_one_database

SAMPLES = Path(__file__).with_name("samples")
WHOLE = "This field must be a whole number from {} to {}."
MONEY = "This field must be a number from 0 to 9999999999.99 with at most 2 decimals."
VIN = "A VIN has 17 letters and digits, without I, O and Q."

# {file: ([make, model and what else it has of every car that is made], {line: why it is refused})}
ROWS = {
    "c01_bom_semicolon_crlf": (["Dacia Logan 2019 UU1L5220X12345678 95000.50 85000 Fès"], {}),
    "c02_sep_line": (["Renault Clio 120000.00"], {}),
    "c02b_bom_sep_line": (["Renault Clio 120000.00"], {}),
    "c03_utf16le": (["Kia Rio 90000.00"], {}),
    "c04_cp1252": (["Peugeot 208 Fès"], {}),
    "c04b_cp1256": (["Peugeot 208 فاس"], {}),
    "c06_leading_zero": (["Ford Focus 000123", "Ford Fiesta 000124", "Ford Kuga 000125"], {}),
    "c09_title_rows": (["Kia Rio 2018 90000.00"], {}),
    "c10_blank_columns": (["Kia Rio 90000.00", "Kia Ceed 91000.00"], {}),
    "c11_blank_lines_end": (["Kia Rio"], {}),
    "c15_cr_only": (["Seat Ibiza 80000.00", "Seat Leon 90000.00"], {}),
    "c18_pipe": (["Seat Ibiza 80000.00"], {}),
    "c20_feed_headers": (["Seat Ibiza 2019 S1 70000.00 80000"], {}),
    "c20b_feed_headers2": (["Seat Ibiza 2019 VSSZZZ6JZ9R123459 P100 70000.00 80000"], {}),
    "c22_formula": (["=cmd|' /C calc'!A0 X Rabat", "+212600000000 @SUM(1) -1"], {}),
    "c23_emoji_zwj": (["Tesla Model 3 🚗 Tanger 👨\u200d👩\u200d👧"], {}),
    "c25_trailing_sep": (["Kia Rio 1.00", "Kia Ceed 2.00", "Kia Niro 3.00"], {}),
    "c26_nbsp_headers": (["Kia Rio 2018 90000.00 1000"], {}),
    "c27_quoted_all_excel_mac": (["Kia Rio 90000.00"], {}),
    "c32_plate": (
        ["Opel Astra 12345-A-6", "Opel Corsa 12345-B-6"],
        {3: "Line 2 has this VIN or stock number or plate already, with other values."},
    ),
    "c08_thousands_semicolon": (
        ["BMW X5 120000.50 12", "BMW X7 95000.00 12"],
        {
            2: "“120.000” could mean 120000 or 120. Write one of these.",
            3: f"Price: {MONEY} Km: {WHOLE.format(0, 2147483647)}",
            4: f"Price: {MONEY}",
            5: f"Price: {MONEY}",
            7: f"Price: {MONEY}",
            9: f"Price: {MONEY}",
            10: f"Price: {MONEY} Km: {WHOLE.format(0, 2147483647)}",
            11: f"Price: {MONEY}",
            12: f"Price: {MONEY}",
        },
    ),
    "c13_year_dates": (
        ["Kia Rio 2018"],
        {line: f"Year: {WHOLE.format(1886, 2100)}" for line in range(3, 8)},
    ),
    "c14_quotes": (
        ['Audi A3 "Sport" Rabat', 'Audi A4 19" wheels Rabat'],
        {
            4: "A quote stands inside a quoted text. Write it twice.",
            5: "Location: This field contains the character U+000A, which is not allowed.",
        },
    ),
    "c17_vin_spaces": (
        [
            "Seat Ibiza VSSZZZ6JZ9R123456",
            "Seat Leon VSSZZZ6JZ9R123457",
            *("Seat Ateca", "Seat Toledo", "Seat Altea", "Seat Mii"),
            "Seat Cordoba VSSZZZ6JZ9R123458",
        ],
        {4: f"VIN: {VIN}", 10: "VIN: 00000000000000000 is no car’s VIN. Leave it empty where it is not known."},
    ),
    "c24_ctrl": (
        ["Kia Ceed"],
        {
            2: "Model: This field contains the character U+001F, which is not allowed.",
            4: "Model: This field contains the character U+0000, which is not allowed.",
        },
    ),
    "c28_negative_paren": (
        ["Kia Niro 0.00", "Kia EV6 12.34"],
        {
            2: f"Price: {MONEY}",
            3: f"Price: {MONEY}",
            5: "“12.345” could mean 12345, or has three decimals. Write it with two or none.",
            7: f"Price: {MONEY}",
            8: f"Price: {MONEY}",
        },
    ),
}
REFUSED = {
    "c12_xlsx": ("not_a_table", "not a workbook of Excel, or it is damaged"),
    "c12b_xls": ("not_a_table", "not a workbook of Excel, or it is damaged"),
    "c12c_html_xls": ("html", "save it as"),
    "c16_headers_dup": ("columns", "“Price” and “Prix” both mean price"),
    "c21_semicolon_in_comma": ("no_column", "no column “model” among “Make”, “Model;Price”"),
    "c30_units": ("columns", r"“Prix \(DH\)” and “Prix TTC” both mean price"),
}
SHOWN = ("make", "model", "overview_year", "vin", "stock_number", "price", "km", "location", "plate")


def bring(dealership, content):
    """([what each car has, in the order of the file], {line: why it was refused})."""
    refused = {}
    import_cars(dealership, read_sheet(BytesIO(content)), complain=refused.__setitem__)
    cars = Car.objects.of(dealership).order_by("pk")
    values = ([getattr(car, name) for name in SHOWN] for car in cars)
    return [" ".join(str(value) for value in car if value not in (None, "")) for car in values], refused


@pytest.mark.parametrize("name", ROWS)
def test_a_sample_becomes_the_cars_that_its_rows_say(casa, name):
    assert bring(casa, SAMPLES.joinpath(f"{name}.csv").read_bytes()) == ROWS[name]


@pytest.mark.parametrize("name", REFUSED)
def test_a_sample_that_cannot_be_read_is_refused_with_what_to_do(name):
    code, words = REFUSED[name]
    with pytest.raises(NotATable, match=words) as refused, SAMPLES.joinpath(f"{name}.csv").open("rb") as file:
        read_sheet(file)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("Prix (DH)", ["price"]),
        ("Kilométrage (km)", ["km"]),
        ("Année*", ["overviewYear"]),
        ("Prix TTC", ["price"]),
        ("الثمن (درهم)", ["price"]),
        ("رقم الهيكل", ["vin"]),
    ],
)
def test_a_unit_behind_a_title_is_no_part_of_it(header, names):
    sheet = read_sheet(BytesIO(f"Marque;Modèle;{header}\n".encode()))
    assert (list(sheet.titles)[2:], sheet.ignored) == (names, [])


def test_cars_come_from_a_workbook(casa):
    content = workbook([["Stock"], ["Marque", "Modèle", "Prix (DH)", "Année"], ["Dacia", "Logan", 95000.5, 2019]])
    assert bring(casa, content) == (["Dacia Logan 2019 95000.50"], {})


def test_guarded_stock_numbers_are_those_without_a_guard(casa):
    first = 'Make,Model,Stock\nFord,Kuga,="000124"\n'
    assert [bring(casa, content.encode())[0] for content in (first, first.replace('="000124"', "'000124"))] == [
        ["Ford Kuga 000124"],
        ["Ford Kuga 000124"],
    ]
