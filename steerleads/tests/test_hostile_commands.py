"""Every text that a command is given, with what terminals and scripts can send: a sentence for an answer, no traceback."""

import io

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class

from conftest import make_lead
from steerleads.dealers.keys import issue_key
from steerleads.dealers.tests.people import make_staff

pytestmark = pytest.mark.on_one_database

APPS = ("steerleads", "cars", "leads")
# As in arguments: bytes that are no UTF-8 arrive as lone surrogates, and NUL cannot arrive.
HOSTILE = ["\udcff", "a\nb", "a\x01b\x1b[31m", "x" * 10_000, "", "true", "[]", "{}", "null", "1"]

# The commands of ours, each with arguments that it takes.
COMMANDS = {
    "archive_leads": ["--older-than", "90d"],
    "audit": [],
    "changepassword": ["nobody@casa.example"],
    "clear_expired": [],
    "create_api_key": ["<dealership>", "--name", "Website"],
    "create_dealership": ["Rabat Auto"],
    "createsuperuser": ["--email", "omar@casa.example", "--noinput"],
    "create_staff": ["new@casa.example", "--dealership", "<dealership>"],
    "deliveries": [],
    "erase_person": ["Sara Alami", "--dealership", "<dealership>", "--yes"],
    "erase_staff": ["sara@casa.example", "--yes", "--open-leads", "queue"],
    "export_leads": ["--dealership", "<dealership>", "--format", "csv"],
    "export_person": ["Sara Alami", "--dealership", "<dealership>"],
    "find_person": ["Sara Alami", "--dealership", "<dealership>"],
    "import_cars": ["<sheet>", "--dealership", "<dealership>"],
    "figures": ["<dealership>", "--from", "2026-11-01", "--to", "2026-11-30", "--by", "tag"],
    "import_leads": ["<leads>", "--dealership", "<dealership>", "--car", "<car>"],
    "list_api_keys": [],
    "opening_hours": ["<dealership>", "<hours>", "--from", "2026-01-01"],
    "purge_leads": ["--older-than", "90d", "--yes"],
    "reset_password": ["sara@casa.example"],
    "reset_two_factor": ["sara@casa.example"],
    "revoke_api_key": ["<key>"],
    "rotate_api_key": ["<key>"],
}
# They work on files and processes, and are tested with those: test_backup.py, test_restore.py, test_serve.py, test_demo.py and others.
WITH_FILES = {"backup", "restore", "serve", "deliver", "demo"}


def ours():
    return {name for name, app in get_commands().items() if app.split(".")[0] in APPS}


def texts_of(name):
    """[(option, None) or (None, place among the positional ones)] of all that is taken as text."""
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    own = [action for action in parser._actions if action.dest not in _of_django() and action.nargs != 0]
    places = [action for action in own if not action.option_strings]
    texts = [action for action in own if action.type is None]
    return [
        (action.option_strings[0], None) if action.option_strings else (None, places.index(action)) for action in texts
    ]


def _of_django():
    parser = load_command_class("django.core", "check").create_parser("manage.py", "check")
    return {action.dest for action in parser._actions} | {"version", "help"}


@pytest.fixture
def names(casa, civic, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sheet = tmp_path / "cars.csv"
    sheet.write_text("make,model\nDacia,Logan\n")
    leads = tmp_path / "leads.csv"
    leads.write_text("Name,Phone\nSara,0612345678\n")
    hours = tmp_path / "hours.json"
    hours.write_text('{"targetSeconds": 60}')
    make_lead(civic)
    make_staff(casa, email="sara@casa.example")
    named = {"<dealership>": str(casa.pk), "<key>": issue_key(casa, "Website")[0].hint, "<car>": str(civic.pk)}
    return named | {"<sheet>": str(sheet), "<leads>": str(leads), "<hours>": str(hours)}


def run(name, arguments):
    """As on a terminal: what cannot be written on stdout is an error."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8")
    err = io.TextIOWrapper(io.BytesIO(), "utf-8", errors="backslashreplace")
    call_command(name, *arguments, stdout=out, stderr=err)


@pytest.mark.parametrize("name", COMMANDS)
def test_no_text_breaks_a_command(names, settings, name):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    taken = [names.get(argument, argument) for argument in COMMANDS[name]]
    for option, place in texts_of(name):
        for text in HOSTILE:
            if option is None:
                arguments = [text if number == place else argument for number, argument in enumerate(taken)]
            else:
                arguments = [*taken, f"{option}={text}"]
            try:
                run(name, arguments)
            except CommandError as error:
                assert str(error)


@pytest.mark.parametrize("name", sorted(name for name in COMMANDS if ("--dealership", None) in texts_of(name)))
def test_no_name_of_a_dealership_does_not_mean_all(names, name):
    with pytest.raises(CommandError):
        run(name, [*(names.get(argument, argument) for argument in COMMANDS[name]), "--dealership="])


def test_every_command_is_in_the_table():
    assert ours() - WITH_FILES == set(COMMANDS)
