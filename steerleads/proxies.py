"""Who is calling: the client's address and scheme, as the server and the proxies in TRUSTED_PROXIES tell them."""

import logging
import re
import time
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings

log = logging.getLogger(__name__)

HOP = re.compile(r"(?:\[(?P<bracketed>[^\]]*)\]|(?P<ipv4>[0-9.]+))(?::[0-9]{1,5})?|(?P<ipv6>[^\[\]]+)")
SECONDS_BETWEEN_COMPLAINTS = 600
IPV4_IN_IPV6 = 96  # bits before the IPv4 address in ::ffff:a.b.c.d

_complained_at = None


def believe_proxy(environ):
    """Put the client's address and scheme in REMOTE_ADDR and wsgi.url_scheme. Twice does no harm."""
    remote = environ.get("REMOTE_ADDR", "")
    if not settings.TRUSTED_PROXIES and ":" not in remote:
        return  # nobody is believed, and the address has its one form
    environ["REMOTE_ADDR"] = client_address(remote, environ.get("HTTP_X_FORWARDED_FOR", ""))
    if _is_trusted(read_address(remote)):
        environ["wsgi.url_scheme"] = _scheme(environ.get("HTTP_X_FORWARDED_PROTO", "")) or environ["wsgi.url_scheme"]


def client_address(remote, forwarded_for=""):
    """The address, in its one form, that is farthest from us and vouched for; `remote` is who has connected.

    Each trusted proxy vouches for the hop to the left of it in `forwarded_for` (several header lines arrive joined in
    order, by commas). What stands left of a hop that is not trusted, or that nobody can read, anybody may have written.
    """
    client = read_address(remote)
    if client is None:
        return remote  # none at all, say
    for hop in reversed(forwarded_for.split(",")):
        if not _is_trusted(client):
            break
        if hop := hop.strip():
            if (address := read_address(hop)) is None:
                _complain(client)
                break
            client = address
    return str(client)


def read_address(text):
    """An address with or without brackets, port (then an IPv6 one in brackets) and zone, or None.

    An IPv4 address in IPv6's clothes (`::ffff:203.0.113.7`) is that IPv4 address.
    """
    match = HOP.fullmatch(text.strip())
    if not match:
        return None
    ipv6 = match["bracketed"] or match["ipv6"]
    try:
        # A zone says by which of the machine's wires, and nothing of who it is.
        address = IPv6Address(ipv6.partition("%")[0]) if ipv6 else ip_address(match["ipv4"] or "")
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def read_network(text):
    """An address or a network like `10.0.0.0/8`, folded as addresses are. Raises ValueError."""
    network = ip_network(text, strict=False)
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped and network.prefixlen >= IPV4_IN_IPV6:
        return ip_network((mapped, network.prefixlen - IPV4_IN_IPV6))
    return network


@lru_cache(maxsize=4096)
def network_of(address):
    """What counts as one caller: an IPv4 address itself, or the /64 of an IPv6 one; "" of what is no address.

    A household gets a whole /64, and each of its machines as many addresses of it as it likes.
    """
    ip = read_address(address)
    return str(IPv6Network((ip, 64), strict=False) if isinstance(ip, IPv6Address) else ip or "")


def caller_network(request):
    """The network that a request comes from (AXES_CLIENT_IP_CALLABLE)."""
    return network_of(request.META.get("REMOTE_ADDR", ""))


def _is_trusted(address):
    return address is not None and any(address in network for network in settings.TRUSTED_PROXIES)


def _scheme(forwarded_proto):
    """What the nearest proxy says, which writes the last value; "" if that is neither http nor https."""
    said = forwarded_proto.rstrip(", ").rpartition(",")[2].strip().lower()
    return said if said in ("http", "https") else ""


def _complain(proxy):
    """Once in a while: without the hop, which may be anything that a client sent."""
    global _complained_at
    if _complained_at is None or time.monotonic() - _complained_at > SECONDS_BETWEEN_COMPLAINTS:
        _complained_at = time.monotonic()
        log.warning(
            "X-Forwarded-For names no address to the left of the proxy %s: that proxy passes for the client. "
            "Let it write the address of who connects to it.",
            proxy,
        )
