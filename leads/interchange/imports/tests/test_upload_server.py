"""A large file through the real server: staged, imported by its worker; and from nobody but managers."""

import pytest

from steerleads.tests.servers import running_server, wait_until

pytestmark = [pytest.mark.long, pytest.mark.on_one_database]

SESSION = """
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from steerleads.dealers.models import Dealership, Membership, User
user = User.objects.create_user("{role}@casa.example", is_staff=True)
Membership.objects.create(dealership=Dealership.objects.get(name="Casa Motors"), user=user, role="{role}")
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
session.save()
print(session.session_key)
"""
ADD = "/admin/interchange/import/add/"
TOKEN = "x" * 32
LARGE = 3 * 1024 * 1024
WAITING = "from leads.interchange.imports.models import Import; print(*Import.objects.values_list('rows', 'state'))"


@pytest.fixture(scope="module")
def server():
    with running_server(deliver=True, env={"SECURE_SSL_REDIRECT": "0"}) as server:
        yield server


def cookies(server, role):
    session = server.python(SESSION.format(role=role)).strip()
    return {"Cookie": f"sessionid={session}; csrftoken={TOKEN}", "Content-Type": "multipart/form-data; boundary=b"}


def form(content, **fields):
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    ]
    head = '--b\r\nContent-Disposition: form-data; name="file"; filename="leads.csv"\r\nContent-Type: text/csv\r\n\r\n'
    return "".join([*parts, head]).encode() + content + b"\r\n--b--\r\n"


@pytest.fixture(scope="module")
def manager(server):
    """The headers of one."""
    return cookies(server, "manager")


def test_who_sends_more_than_a_file_may_have_reads_how_much_that_is(server, manager):
    body = form(b"x" * 22 * 1024 * 1024, csrfmiddlewaretoken=TOKEN)
    answer = server.call("POST", ADD, body, headers=manager, timeout=60)
    assert answer.status == 400 and "20 Mio" in answer.body.decode()


def test_a_manager_sends_three_mebibytes_and_the_worker_checks_them(server, manager):
    row = b"Salma,0661234567,Honda,Civic," + b"x" * 900 + b"\n"
    content = b"Name,Phone,Brand,Model,Note\n" + row * (LARGE // len(row))
    headers = manager
    answer = server.call("POST", ADD, form(content, csrfmiddlewaretoken=TOKEN), headers=headers, timeout=60)
    assert answer.status == 302 and "/change/" in answer.headers["location"]
    fields = {
        "column_0": "targetName",
        "column_1": "phone",
        "column_2": "make",
        "column_3": "model",
        "column_4": "note",
    }
    fields |= {"on_known": "skip", "cars": "refuse", "do": "check", "csrfmiddlewaretoken": TOKEN}
    assert server.call("POST", answer.headers["location"], form(b"", **fields), headers=headers).status == 302
    wait_until(lambda: "checked" in server.python(WAITING), seconds=60)
    assert server.python(WAITING).strip() == f"({LARGE // len(row)}, 'checked')"


def test_nobody_else_may_send_so_much(server):
    body = form(b"x" * LARGE, csrfmiddlewaretoken=TOKEN)
    for headers in (cookies(server, "salesperson"), {"Content-Type": "multipart/form-data; boundary=b"}):
        assert server.call("POST", ADD, body, headers=headers, timeout=60).status in (302, 400, 403, 413)
