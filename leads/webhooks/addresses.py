"""Where a webhook may go: https to public addresses, and wherever the operator's WEBHOOK_ALLOW says.

What is public is a table of our own: Python's `is_global` differs by version, and lets NAT64, 6to4 and multicast pass.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

LONGEST = 2000
DEFAULT_PORTS = {"http": 80, "https": 443}
WRITTEN = re.compile(r"[!-\[\]-~]+")  # printable ASCII without space and backslash
HOST_AND_PORT = re.compile(
    r"(?:\[(?P<ipv6>[0-9a-f:.]+)\]|(?P<name>[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*))(?::(?P<port>[0-9]{1,5}))?"
)
LONGEST_NAME = 253
# A host that ends so is a number to some resolver: 127.1, 2130706433, 0x7f000001, 0177.0.0.1.
ENDS_IN_NUMBER = re.compile(r"(?:^|\.)(?:[0-9]+|0x[0-9a-f]*)$")
# Names that are resolved at home, if at all.
LOCAL_NAMES = ("localhost", "localdomain", "local", "internal", "intranet", "lan", "home.arpa")

# From the IANA registries of special-purpose addresses (RFC 6890 and its successors).
NOT_PUBLIC_IPV4 = [
    ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        "168.63.129.16/32",  # looks public, and is the host's own agent inside Azure
    )
]
# Outside of it are loopback, link-local, private, multicast, metadata, IPv4 in IPv6, and NAT64.
GLOBAL_IPV6 = ip_network("2000::/3")
NOT_PUBLIC_IPV6 = [
    ip_network(network)
    for network in (
        "2001::/23",  # Teredo, benchmarks and other protocols
        *("2001:db8::/32", "3fff::/20"),  # documentation
        "2002::/16",  # 6to4
    )
]


class RefusedURL(Exception):
    """A URL that nothing is sent to; its text says to a person what was wrong and what would be right."""


@dataclass(frozen=True)
class Target:
    """A checked URL in parts. `path` has the query with it; `host` is in lower case, an IPv6 one without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port as the Host header says them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def is_allowed(self) -> bool:
        return f"{self.scheme}://{self.authority}" in settings.WEBHOOK_ALLOW


def check_url(url: str) -> Target:
    """The Target of a URL that a webhook may have, as far as can be told without asking the DNS. Raises RefusedURL."""
    target = _read(url)
    if not target.is_allowed:
        if target.scheme != "https":
            raise RefusedURL(_("The URL must begin with https://."))
        if not _may_be_public(target.host):
            raise RefusedURL(_("The host must be public, by its name or full address: not a local or reserved one."))
    return target


def is_public(address: str) -> bool:
    """Whether an address, as the resolver writes it, is one that anybody on the internet may be reached at."""
    address = ip_address(address)
    if address.version == 4:
        return not any(address in network for network in NOT_PUBLIC_IPV4)
    return address in GLOBAL_IPV6 and not any(address in network for network in NOT_PUBLIC_IPV6)


def _read(url):
    if len(url) > LONGEST:
        raise RefusedURL(_("The URL must have at most %(count)d characters.") % {"count": LONGEST})
    if not WRITTEN.fullmatch(url):
        raise RefusedURL(
            _(
                "The URL must be plain ASCII without spaces or backslashes: percent-encode others, write a host as xn--…."
            )
        )
    try:
        parts = urlsplit(url)
    except ValueError:
        raise _no_host() from None
    if parts.scheme not in DEFAULT_PORTS:
        raise RefusedURL(_("The URL must begin with https://."))
    if "@" in parts.netloc:
        raise RefusedURL(_("The URL must not contain a user name or password."))
    if "#" in url:
        raise RefusedURL(_("The URL must not contain a fragment (#…)."))
    host, port = _host_and_port(parts)
    return Target(parts.scheme, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def _host_and_port(parts):
    match = HOST_AND_PORT.fullmatch(parts.netloc.lower())
    if not match or len(parts.netloc) > LONGEST_NAME:
        raise _no_host()
    port = DEFAULT_PORTS[parts.scheme] if match["port"] is None else int(match["port"])
    if not 1 <= port <= 65535:
        raise RefusedURL(_("The port must be a number from 1 to 65535."))
    try:
        return match["name"] or str(IPv6Address(match["ipv6"])), port
    except ValueError:
        raise _no_host() from None


def _no_host():
    return RefusedURL(_("The URL must name a host, perhaps with a port, like https://crm.example.com:8443/leads."))


def _may_be_public(host):
    if ":" in host or ENDS_IN_NUMBER.search(host):
        try:
            return is_public(host)
        except ValueError:
            return False
    return "." in host and not any(f".{host}".endswith(f".{name}") for name in LOCAL_NAMES)
