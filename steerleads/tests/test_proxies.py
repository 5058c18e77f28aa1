"""Who is calling, behind proxies: what is believed of X-Forwarded-For and X-Forwarded-Proto, and how it is read."""

from ipaddress import ip_address, ip_network
from types import SimpleNamespace

import pytest

from steerleads import proxies
from steerleads.environment import networks

pytestmark = pytest.mark.on_one_database

PROXY, INNER = "10.0.0.1", "10.0.0.2"
CLIENT, LIAR = "203.0.113.7", "8.8.8.8"


@pytest.fixture(autouse=True)
def _our_proxies(settings):
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/24"), ip_network("fd00::/64")]


@pytest.fixture(autouse=True)
def _no_earlier_complaint(monkeypatch):
    monkeypatch.setattr(proxies, "_complained_at", None)


def seen(remote=PROXY, forwarded_for=None, forwarded_proto=None):
    """(address, scheme) that the application is left with; the same if it is asked again."""
    environ = {"REMOTE_ADDR": remote, "wsgi.url_scheme": "http"}
    if forwarded_for is not None:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded_for
    if forwarded_proto is not None:
        environ["HTTP_X_FORWARDED_PROTO"] = forwarded_proto
    proxies.believe_proxy(environ)
    once = dict(environ)
    proxies.believe_proxy(environ)
    assert environ == once
    return environ["REMOTE_ADDR"], environ["wsgi.url_scheme"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:51234", "203.0.113.7"),
        (" 203.0.113.7\t", "203.0.113.7"),
        ("[203.0.113.7]", None),
        ("2001:db8::1", "2001:db8::1"),
        ("2001:DB8:0:0::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%25eth0]:443", "fe80::1"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("::FFFF:cb00:7107", "203.0.113.7"),
        ("[::ffff:203.0.113.7]:51234", "203.0.113.7"),
        ("::1", "::1"),
        ("", None),
        ("unknown", None),
        ("_hidden", None),
        ("localhost", None),
        ("203.0.113", None),
        ("203.0.113.07", None),
        ("203.0.113.7:", None),
        ("203.0.113.7:123456", None),
        ("203.0.113.7%eth0", None),
        ("[2001:db8::1", None),
        ("2001:db8::1]", None),
        ("[2001:db8::1]443", None),
        ("[]", None),
        ("[]:443", None),
        (":443", None),
        ("２０３.0.113.7", None),
        ("1" * 100_000, None),
        (":" * 100_000, None),
    ],
    ids=lambda text: repr(text)[:40],
)
def test_an_address_is_read_in_all_its_spellings_and_nothing_else_is(written, read):
    assert proxies.read_address(written) == (read and ip_address(read))


@pytest.mark.parametrize(
    ("remote", "forwarded_for", "client"),
    [
        (PROXY, None, PROXY),
        (PROXY, "", PROXY),
        (PROXY, CLIENT, CLIENT),
        (PROXY, f"{CLIENT}:51234", CLIENT),
        (PROXY, "[2001:db8::1]:443", "2001:db8::1"),
        (PROXY, "[2001:db8::1]", "2001:db8::1"),
        (PROXY, "::ffff:203.0.113.7", CLIENT),
        # Forged: whatever stands to the left of the first hop that is no proxy of ours.
        (PROXY, f"{LIAR}, {CLIENT}", CLIENT),
        (PROXY, f"{LIAR},{INNER},{CLIENT}", CLIENT),
        (PROXY, f"{LIAR}:1,garbage,{CLIENT}:2", CLIENT),
        (LIAR, CLIENT, LIAR),
        (LIAR, f"{CLIENT}, {PROXY}", LIAR),
        # Several proxies; several header lines come joined by commas.
        (PROXY, f"{CLIENT}, {INNER}", CLIENT),
        (PROXY, f"{LIAR}, {CLIENT}:51234, {INNER}:80", CLIENT),
        (PROXY, f"{LIAR},{CLIENT},{INNER}", CLIENT),
        (PROXY, f" , {CLIENT} ,, {INNER} , ", CLIENT),
        (PROXY, ",,,", PROXY),
        (f"::ffff:{PROXY}", CLIENT, CLIENT),
        ("fd00::1", f"[2001:db8::1]:443, [fd00::2]:8443, {INNER}", "2001:db8::1"),
        ("fd00::1%eth0", "2001:db8::1", "2001:db8::1"),
        # One of ours is the client: a program on the proxy's machine, say.
        (PROXY, INNER, INNER),
        # A hop that nobody can read ends the way: left of it, anybody may have written.
        (PROXY, "garbage", PROXY),
        (PROXY, f"{LIAR}, garbage", PROXY),
        (PROXY, f"{LIAR}, unknown, {INNER}", INNER),
        (PROXY, f"{LIAR}, {CLIENT}x", PROXY),
        # Nobody to believe, and yet one form.
        ("::ffff:203.0.113.7", None, CLIENT),
        ("2001:DB8:0::1", None, "2001:db8::1"),
        ("fe80::1%eth0", None, "fe80::1"),
        ("", CLIENT, ""),
        ("unix:", CLIENT, "unix:"),
    ],
)
def test_the_client_is_who_the_proxies_vouch_for(remote, forwarded_for, client):
    assert seen(remote, forwarded_for)[0] == client


@pytest.mark.parametrize(("remote", "client"), [("::ffff:203.0.113.7", CLIENT), ("10.0.0.1", "10.0.0.1")])
def test_without_proxies_nobody_is_believed_and_addresses_have_one_form_all_the_same(settings, remote, client):
    settings.TRUSTED_PROXIES = []
    assert seen(remote, LIAR, "https") == (client, "http")


@pytest.mark.parametrize(
    ("remote", "proto", "scheme"),
    [
        (PROXY, "https", "https"),
        (PROXY, " HTTPS ", "https"),
        (PROXY, "http", "http"),
        (PROXY, None, "http"),
        (PROXY, "", "http"),
        (PROXY, "wss", "http"),
        (f"::ffff:{PROXY}", "https", "https"),
        (LIAR, "https", "http"),
        # The nearest proxy writes the last one; the others a client may have sent.
        (PROXY, "http, https", "https"),
        (PROXY, "https,http", "http"),
        (PROXY, "https,http,", "http"),
        (PROXY, "https, wss", "http"),
        (PROXY, ",", "http"),
    ],
)
def test_the_scheme_is_what_the_nearest_proxy_says(remote, proto, scheme):
    assert seen(remote, CLIENT, proto)[1] == scheme


def test_a_hop_that_nobody_can_read_is_logged_once_in_a_while_without_what_it_said(caplog, monkeypatch):
    for _ in range(3):
        seen(PROXY, f"{CLIENT}, sara@casa.example")
    assert caplog.text.count("X-Forwarded-For") == 1 and PROXY in caplog.text
    assert "sara" not in caplog.text and CLIENT not in caplog.text
    monkeypatch.setattr(proxies, "SECONDS_BETWEEN_COMPLAINTS", -1)
    seen(PROXY, "garbage")
    assert caplog.text.count("X-Forwarded-For") > 1


@pytest.mark.parametrize(
    ("said", "trusted", "stranger"),
    [
        ("::ffff:10.1.2.3", "10.1.2.3", "10.1.2.4"),
        ("::ffff:10.1.0.0/112", "10.1.2.3", "10.2.0.1"),
        ("10.1.0.0/16", "::ffff:10.1.2.3", "::ffff:10.2.0.1"),
        ("fe80::1%eth0", "fe80::1", "fe80::2"),
        ("::/64", "::1", "10.1.2.3"),
    ],
)
def test_proxies_are_named_in_any_form(settings, monkeypatch, said, trusted, stranger):
    monkeypatch.setenv("TRUSTED_PROXIES", said)
    settings.TRUSTED_PROXIES = networks("TRUSTED_PROXIES")
    assert seen(trusted, CLIENT)[0] == CLIENT
    assert seen(stranger, CLIENT)[0] != CLIENT


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::6", "2001:db8:1:3::/64"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_a_household_is_one_place(address, network):
    assert proxies.network_of(address) == network
    assert proxies.caller_network(SimpleNamespace(META={"REMOTE_ADDR": address})) == network
