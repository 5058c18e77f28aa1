"""Which addresses count as one place: a household or a server has one IPv4 address, but a whole /64 of IPv6."""

from functools import lru_cache
from ipaddress import IPv4Address, ip_address, ip_network

PREFIX = 64


@lru_cache(maxsize=4096)
def network_of(address):
    """An IPv4 address itself, or the /64 of an IPv6 one; IPv4 written as IPv6 (`::ffff:…`) is IPv4. "" if it is none."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    found = getattr(found, "ipv4_mapped", None) or found
    return str(found) if isinstance(found, IPv4Address) else str(ip_network((found, PREFIX), strict=False))
