"""Which time zone data this process reads: the newer of the system's and of the package `tzdata`.

Left to itself Python takes the system's wherever there is any, however old. Governments change their clocks at short
notice: Debian's data of 2025 shows Morocco an hour wrong from September 2026.
"""

import re
import zoneinfo
from pathlib import Path
from typing import NamedTuple

import tzdata

# Files that name the version of a folder's data: as the zones' makers write it, and as the BSDs and macOS do.
VERSIONS = {"tzdata.zi": re.compile(r"# version (\d{4}[a-z]+)\n"), "+VERSION": re.compile(r"(\d{4}[a-z]+)\n?")}
LONGEST = 100  # characters of such a file that are looked at


class ZoneData(NamedTuple):
    """Versions, like “2026f”. `system` is empty where the system has none, or none that says how old it is."""

    system: str
    package: str

    @property
    def used(self):
        return max(self)


def use_newest():
    """Have all of this process read the newest data; its ZoneData. Done by the settings, before any zone is made."""
    zoneinfo.reset_tzpath()  # as the environment says, whatever was done before
    system, folder = max(((_version_in(Path(folder)), folder) for folder in zoneinfo.TZPATH), default=("", ""))
    data = ZoneData(system, tzdata.IANA_VERSION)
    # Without a folder, Python turns to the package.
    zoneinfo.reset_tzpath([folder] if data.used != data.package else [])
    zoneinfo.ZoneInfo.clear_cache()
    return data


def _version_in(folder):
    for name, form in VERSIONS.items():
        try:
            with open(folder / name, encoding="ascii", errors="replace") as file:
                match = form.match(file.read(LONGEST))
        except OSError:
            continue
        if match:
            return match[1]
    return ""
