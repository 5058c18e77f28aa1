"""Where a webhook may go (leads/webhooks/addresses.py), as far as a URL alone can tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leads.webhooks.addresses import RefusedURL, Target, check_url, is_public
from steerleads import environment

pytestmark = pytest.mark.on_one_database

HTTPS, HOST, PUBLIC = "begin with https", "name a host", "must be public"
ASCII, USER, FRAGMENT, PORT = "plain ASCII", "user name", "fragment", "1 to 65535"

# Every kind of address that is not everybody's, as a resolver writes it.
NOT_PUBLIC = [
    *("127.0.0.1", "127.255.255.254", "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255"),
    *("100.64.0.1", "100.100.100.200", "100.127.255.255", "169.254.169.254", "169.254.0.1", "172.16.0.1"),
    *("172.31.255.255", "192.168.1.1", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.88.99.1"),
    *("198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.7", "224.0.0.1", "239.255.255.255"),
    *("240.0.0.1", "255.255.255.255", "168.63.129.16"),
    *("::", "::1", "::2", "::7f00:1", "::808:808", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8"),
    *("::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::8.8.8.8", "64:ff9b:1::7f00:1"),
    *("100::1", "2001::1", "2001:0:7f00:1::", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1"),
    *("2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:808:808::1", "3fff::1", "4000::1", "5f00::1"),
    *("fc00::1", "fd00:ec2::254", "fd12:3456::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "ff0e::1"),
]
IS_PUBLIC = [
    *("1.1.1.1", "8.8.8.8", "93.184.215.14", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1"),
    *("169.253.0.1", "192.167.1.1", "198.17.0.1", "198.20.0.1", "223.255.255.255", "11.0.0.1", "126.0.0.1"),
    *("2606:4700::1111", "2001:4860:4860::8888", "2001:200::1", "2a00:1450::1", "2003::1", "3ffe::1"),
]
HOSTILE = [
    # Another scheme, or none.
    ("http://crm.example.com/", HTTPS),
    ("ftp://crm.example.com/", HTTPS),
    ("file:///etc/passwd", HTTPS),
    ("gopher://127.0.0.1:6379/_FLUSHALL", HTTPS),
    ("javascript:alert(1)", HTTPS),
    ("//crm.example.com/", HTTPS),
    ("crm.example.com/hook", HTTPS),
    ("crm.example.com:443", HTTPS),
    ("", ASCII),
    # No host, or none that is one.
    ("https://", HOST),
    ("https:///hook", HOST),
    ("https:crm.example.com", HOST),
    ("https:/crm.example.com", HOST),
    ("https://:443/", HOST),
    ("https://?hook", HOST),
    ("https://crm..example.com/", HOST),
    ("https://.example.com/", HOST),
    ("https://crm.example.com./", HOST),
    ("https://127.0.0.1./", HOST),
    ("https://localhost./", HOST),
    ("https://crm,example.com/", HOST),
    ("https://crm.example.com:443:443/", HOST),
    ("https://127%2e0%2e0%2e1/", HOST),
    ("https://%31%32%37.0.0.1/", HOST),
    ("https://crm%00.example.com/", HOST),
    ("https://127.0.0.1;crm.example.com/", HOST),
    ("https://[::1/", HOST),
    ("https://::1/", HOST),
    ("https://[crm.example.com]/", HOST),
    ("https://[127.0.0.1]/", HOST),
    ("https://[8.8.8.8]/", HOST),
    ("https://crm[::1]/", HOST),
    ("https://[::1]crm.example.com/", HOST),
    ("https://[fe80::1%25eth0]/", HOST),
    ("https://[fe80::1%eth0]/", HOST),
    ("https://[v1.x]/", HOST),
    ("https://[:::1]/", HOST),
    (f"https://{'a' * 64}.example.com/", HOST),
    (f"https://{'a.' * 130}com/", HOST),
    ("https://crm.example.com:/", HOST),
    ("https://crm.example.com:https/", HOST),
    ("https://crm.example.com:-1/", HOST),
    ("https://crm.example.com:+443/", HOST),
    ("https://crm.example.com:0443443/", HOST),
    ("https://crm.example.com:0/", PORT),
    ("https://crm.example.com:65536/", PORT),
    # A name and a password before the host, and a fragment behind it.
    ("https://user:password@crm.example.com/", USER),
    ("https://crm.example.com@127.0.0.1/", USER),
    ("https://@127.0.0.1/", USER),
    ("https://crm.example.com#@127.0.0.1/", FRAGMENT),
    ("https://crm.example.com/#leads", FRAGMENT),
    ("https://crm.example.com/#", FRAGMENT),
    # Characters that one reader drops and another doesn't.
    (" https://crm.example.com/", ASCII),
    ("https://crm.example.com/ ", ASCII),
    ("https://crm.example.com/\n", ASCII),
    ("https://crm.example.com/a b", ASCII),
    ("https://crm.example.com/ HTTP/1.1\r\nX-Injected: 1", ASCII),
    ("https://127.0.\t0.1/", ASCII),
    ("ht\ntps://crm.example.com/", ASCII),
    ("https://crm.example.com\x00.evil.example/", ASCII),
    ("https://crm.example.com\x7f/", ASCII),
    ("https://127.0.0.1\\@crm.example.com/", ASCII),
    ("https:\\\\127.0.0.1\\", ASCII),
    ("https://１２７.０.０.１/", ASCII),
    ("https://①②⑦.⓪.⓪.①/", ASCII),
    ("https://127。0。0。1/", ASCII),
    ("https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", ASCII),
    ("https://سيارات.example.com/", ASCII),
    ("https://crm.example.com/prénom", ASCII),
    ("https://crm.example.com\u200b/", ASCII),
    ("\ufeffhttps://crm.example.com/", ASCII),
    # Spellings of addresses that only some readers take for one.
    ("https://2130706433/", PUBLIC),
    ("https://0x7f000001/", PUBLIC),
    ("https://0X7F.0.0.1/", PUBLIC),
    ("https://0x7f.0x0.0x0.0x1/", PUBLIC),
    ("https://0177.0.0.1/", PUBLIC),
    ("https://017700000001/", PUBLIC),
    ("https://127.1/", PUBLIC),
    ("https://127.0.1/", PUBLIC),
    ("https://0/", PUBLIC),
    ("https://0x/", PUBLIC),
    ("https://127.0x/", PUBLIC),
    ("https://127.0.0.0x1/", PUBLIC),
    ("https://127.0.0.01/", PUBLIC),
    ("https://127.0.0.256/", PUBLIC),
    ("https://1.2.3.4.5/", PUBLIC),
    ("https://134744072/", PUBLIC),  # 8.8.8.8: public, but not written so
    ("https://8.8.2056/", PUBLIC),
    ("https://crm.127/", PUBLIC),
    ("https://[::ffff:7f00:1]:8443/", PUBLIC),
    ("https://[0:0:0:0:0:0:0:1]/", PUBLIC),
    ("https://[0000:0000:0000:0000:0000:ffff:7f00:0001]/", PUBLIC),
    # Names of the house.
    ("https://localhost/", PUBLIC),
    ("https://LOCALHOST:8443/", PUBLIC),
    ("https://crm.localhost/", PUBLIC),
    ("https://localhost.localdomain/", PUBLIC),
    ("https://printer.local/", PUBLIC),
    ("https://metadata.google.internal/computeMetadata/v1/", PUBLIC),
    ("https://host.docker.internal/", PUBLIC),
    ("https://router.lan/", PUBLIC),
    ("https://nas.home.arpa/", PUBLIC),
    ("https://crm/", PUBLIC),
    ("https://internal/", PUBLIC),
]


@pytest.mark.parametrize(("url", "words"), HOSTILE)
def test_hostile_url(url, words):
    with pytest.raises(RefusedURL, match=words):
        check_url(url)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_address_that_is_not_public(address):
    host = f"[{address}]" if ":" in address else address
    assert not is_public(address)
    with pytest.raises(RefusedURL, match=PUBLIC):
        check_url(f"https://{host}/hook")


@pytest.mark.parametrize("address", IS_PUBLIC)
def test_public_address(address):
    host = f"[{address}]" if ":" in address else address
    assert is_public(address)
    assert check_url(f"https://{host}/hook").host == address


@pytest.mark.parametrize("address", ["fe80::1%eth0", "::1%lo", "ff02::1%1"])
def test_address_with_a_zone(address):
    assert not is_public(address)


@given(st.ip_addresses())
def test_what_python_takes_for_special_is_not_public(address):
    """A second opinion; these examples come from the IANA registries more often than not."""
    if is_public(str(address)):
        assert address.is_global and not address.is_multicast and not address.is_reserved


@pytest.mark.parametrize(
    ("url", "target", "authority"),
    [
        ("https://crm.example.com", Target("https", "crm.example.com", 443, "/"), "crm.example.com"),
        ("HTTPS://CRM.Example.com/A?b=C", Target("https", "crm.example.com", 443, "/A?b=C"), "crm.example.com"),
        ("https://crm.example.com:443/", Target("https", "crm.example.com", 443, "/"), "crm.example.com"),
        ("https://crm.example.com:8443?a", Target("https", "crm.example.com", 8443, "/?a"), "crm.example.com:8443"),
        ("https://crm.example.com:1/", Target("https", "crm.example.com", 1, "/"), "crm.example.com:1"),
        ("https://crm.example.com:65535/", Target("https", "crm.example.com", 65535, "/"), "crm.example.com:65535"),
        ("https://a_b-c.1x.example.com/", Target("https", "a_b-c.1x.example.com", 443, "/"), "a_b-c.1x.example.com"),
        ("https://xn--mgbaa6dfc.com/%D8%B3", Target("https", "xn--mgbaa6dfc.com", 443, "/%D8%B3"), "xn--mgbaa6dfc.com"),
        ("https://crm.example.com/@a;b//c", Target("https", "crm.example.com", 443, "/@a;b//c"), "crm.example.com"),
        ("https://127.0.0.1.example.com/", Target("https", "127.0.0.1.example.com", 443, "/"), "127.0.0.1.example.com"),
        ("https://localhost.example.com/", Target("https", "localhost.example.com", 443, "/"), "localhost.example.com"),
        ("https://notlocal.com/", Target("https", "notlocal.com", 443, "/"), "notlocal.com"),
        ("https://1.1.1.1:8443/", Target("https", "1.1.1.1", 8443, "/"), "1.1.1.1:8443"),
        ("https://[2606:4700:0::1111]/", Target("https", "2606:4700::1111", 443, "/"), "[2606:4700::1111]"),
        ("https://[2606:4700::1111]:8443/", Target("https", "2606:4700::1111", 8443, "/"), "[2606:4700::1111]:8443"),
    ],
)
def test_good_url(url, target, authority):
    assert check_url(url) == target
    assert target.authority == authority


def test_a_url_has_at_most_2000_characters():
    url = "https://crm.example.com/" + "a" * 1976
    assert check_url(url).path == "/" + "a" * 1976
    with pytest.raises(RefusedURL, match="at most 2000 characters"):
        check_url(url + "a")


# --- What the operator allows --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("allowed", "url"),
    [
        ("http://127.0.0.1:8999", "http://127.0.0.1:8999/hook"),
        ("https://crm.local", "https://crm.local/hook"),
        ("https://CRM.local:443", "https://crm.LOCAL/hook"),
        ("https://crm.local", "https://crm.local:0443/hook"),
        ("http://crm.local", "http://crm.local:80/hook"),
        ("http://crm", "http://crm?x"),
        ("http://[::1]:8999", "http://[0:0::1]:8999/"),
        ("http://[::ffff:127.0.0.1]:8999", "http://[::ffff:7f00:1]:8999/"),
    ],
)
def test_allowed_origin_passes(settings, monkeypatch, allowed, url):
    monkeypatch.setenv("WEBHOOK_ALLOW", allowed)
    settings.WEBHOOK_ALLOW = environment.origins("WEBHOOK_ALLOW")
    assert check_url(url).is_allowed


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:8999/",
        "http://127.0.0.1/",
        "http://127.0.0.1:8998/",
        "http://127.0.0.2:8999/",
        "http://localhost:8999/",
        "http://2130706433:8999/",
        "http://127.1:8999/",
        "http://[::ffff:127.0.0.1]:8999/",
        "http://user@127.0.0.1:8999/",
        "http://127.0.0.1:8999@example.com/",
        "http://127.0.0.1:8999/#",
        "http://127.0.0.1:8999\\.example.com/",
        "http://127.0.0.1:89990/",
        "http://127.0.0.1:8999.example.com/",
        "ws://127.0.0.1:8999/",
    ],
)
def test_only_that_very_origin_is_allowed(settings, url):
    settings.WEBHOOK_ALLOW = ["http://127.0.0.1:8999"]
    with pytest.raises(RefusedURL):
        check_url(url)
