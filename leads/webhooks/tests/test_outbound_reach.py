"""Where one POST to the outside goes: to an address that was checked, over TLS of that very name, and nowhere else."""

import json
import socket
import ssl
import subprocess

import pytest

from leads.outbox.outcomes import Outcome
from leads.webhooks import outbound
from leads.webhooks.tests.receivers import Reply, receiver
from leads.webhooks.tests.test_addresses import HOSTILE, NOT_PUBLIC

pytestmark = pytest.mark.on_one_database

NAMED = "https://crm.example.com/hook"
PUBLIC = ("93.184.215.14", "2606:4700::1111")
BODY = b'{"type": "lead.created"}'


def post(url, body=BODY):
    return outbound.post(url, body, {"Content-Type": "application/json"})


@pytest.fixture
def resolver(monkeypatch):
    """Answers each question with the next list of addresses, the last one again and again; `.asked` are the names."""

    class Resolver:
        def __init__(self):
            self.answers, self.asked = [PUBLIC[:1]], []

        def __call__(self, host, port, *args, **kwargs):
            self.asked.append(host)
            addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            return [_entry(address, port) for address in addresses]

    resolver = Resolver()
    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    return resolver


@pytest.fixture
def internet(monkeypatch):
    """Where sockets wanted to connect. Nobody is there, unless `.port` says who answers for the whole internet."""

    class Internet(list):
        port = None

    internet, really = Internet(), socket.socket.connect

    def connect(sock, address):
        internet.append(address[0])
        if internet.port is None:
            raise ConnectionRefusedError
        return really(sock, ("127.0.0.1", internet.port))

    monkeypatch.setattr(socket.socket, "connect", connect)
    return internet


def _entry(address, port):
    if ":" in address:
        return socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0)
    return socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)


@pytest.mark.parametrize("url", [url for url, _ in HOSTILE])
def test_hostile_url_is_not_even_resolved(resolver, internet, url):
    assert post(url) == Outcome(ok=False, error="refused_url")
    assert (resolver.asked, internet) == ([], [])


@pytest.mark.parametrize("address", [*NOT_PUBLIC, "fe80::1%eth0"])
def test_name_of_an_address_that_is_not_public(resolver, internet, address):
    for answer in ([address], [*PUBLIC, address], [address, *PUBLIC]):
        resolver.answers = [answer]
        assert post(NAMED) == Outcome(ok=False, error="refused_address")
    assert internet == []


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address_is_what_is_connected_to(resolver, internet, address):
    resolver.answers = [[address]]
    assert post(NAMED) == Outcome(ok=False, error="connect")
    assert (resolver.asked, internet) == (["crm.example.com"], [address])


def test_every_address_is_tried(resolver, internet):
    resolver.answers = [PUBLIC]
    post(NAMED)
    assert tuple(internet) == PUBLIC


def test_name_that_becomes_another_address(resolver, internet):
    """DNS rebinding: what was checked is what is connected to, and the next attempt checks again."""
    resolver.answers = [PUBLIC[:1], ["127.0.0.1"]]
    assert post(NAMED) == Outcome(ok=False, error="connect")
    assert (len(resolver.asked), internet) == (1, [PUBLIC[0]])
    assert post(NAMED) == Outcome(ok=False, error="refused_address")
    assert (len(resolver.asked), internet) == (2, [PUBLIC[0]])


@pytest.mark.parametrize("error", [socket.gaierror(socket.EAI_NONAME, "unknown"), UnicodeError("too long")])
def test_name_that_nobody_knows(monkeypatch, error):
    def getaddrinfo(*args, **kwargs):
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert post(NAMED) == Outcome(ok=False, error="dns")


def test_name_without_an_address(resolver):
    resolver.answers = [[]]
    assert post(NAMED) == Outcome(ok=False, error="dns")


def test_allowed_origin_may_resolve_to_any_address(resolver, internet, settings):
    settings.WEBHOOK_ALLOW = ["https://crm.local"]
    resolver.answers = [["10.0.0.7"]]
    assert post("https://crm.local/hook") == Outcome(ok=False, error="connect")
    assert internet == ["10.0.0.7"]


def test_origin_that_is_no_longer_allowed(settings):
    with receiver() as crm:
        settings.WEBHOOK_ALLOW = [crm.origin]
        assert post(crm.url).ok
        settings.WEBHOOK_ALLOW = []
        assert post(crm.url) == Outcome(ok=False, error="refused_url")
    assert len(crm.requests) == 1


# --- TLS -----------------------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path):
    """(a server's SSLContext for crm.example.com, the file that who trusts it knows)."""
    key, chain = tmp_path / "key.pem", tmp_path / "chain.pem"
    made = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=crm"
    names = ["-addext", "subjectAltName=DNS:crm.example.com"]
    subprocess.run([*made.split(), *names, "-keyout", key, "-out", chain], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    return context, chain


@pytest.fixture
def trusted(monkeypatch, certificate):
    """Makes the certificate one that this machine trusts, and no other."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    outbound._tls.cache_clear()
    yield certificate
    outbound._tls.cache_clear()


def test_self_signed_certificate(settings, certificate):
    with receiver(tls=certificate[0]) as crm:
        settings.WEBHOOK_ALLOW = [crm.origin]
        assert post(crm.url) == Outcome(ok=False, error="tls")
        assert crm.requests == []


def test_certificate_of_the_name_at_the_checked_address(trusted, resolver, internet):
    names = []
    trusted[0].sni_callback = lambda sock, name, context: names.append(name)
    with receiver(tls=trusted[0]) as crm:
        internet.port = crm.server_port
        outcome = post("https://crm.example.com/hook")
    assert outcome == Outcome(ok=True, status=200, answer="ok")
    assert (names, internet) == (["crm.example.com"], [PUBLIC[0]])
    assert crm.requests[0].headers["host"] == "crm.example.com"


def test_large_body_over_tls(trusted, resolver, internet):
    body = json.dumps(["x" * 2_000_000]).encode()
    with receiver(tls=trusted[0]) as crm:
        internet.port = crm.server_port
        assert post(NAMED, body).ok
    assert crm.requests[0].body == body


@pytest.mark.parametrize("url", ["https://erp.example.com/", "https://example.com/", "https://93.184.215.14/"])
def test_certificate_of_another_name(trusted, resolver, internet, url):
    with receiver(tls=trusted[0]) as crm:
        internet.port = crm.server_port
        assert post(url) == Outcome(ok=False, error="tls")
    assert crm.requests == []


def test_slow_answer_over_tls_ends_in_time(monkeypatch, trusted, resolver, internet):
    monkeypatch.setattr(outbound, "WHOLE_SECONDS", 0.4)
    with receiver(Reply(body=b"x" * 1000, drip=0.05), tls=trusted[0]) as crm:
        internet.port = crm.server_port
        assert post(NAMED) == Outcome(ok=False, error="timeout")


def test_https_to_a_server_without_tls(resolver, internet):
    with receiver() as crm:
        internet.port = crm.server_port
        assert post(NAMED) == Outcome(ok=False, error="tls")
