"""IANA time zones by their names."""

from datetime import UTC, timedelta, timezone, tzinfo
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

FIRST_TO_BEGIN = timezone(timedelta(hours=14))
"""The time zone in which a day begins first (UTC+14)."""
LAST_TO_END = timezone(timedelta(hours=-12))
"""The time zone in which a day ends last (UTC−12)."""

CURRENT_NAMES = {
    "Africa/Asmera": "Africa/Asmara",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
    "America/Catamarca": "America/Argentina/Catamarca",
    "America/Coral_Harbour": "America/Atikokan",
    "America/Cordoba": "America/Argentina/Cordoba",
    "America/Godthab": "America/Nuuk",
    "America/Indianapolis": "America/Indiana/Indianapolis",
    "America/Jujuy": "America/Argentina/Jujuy",
    "America/Louisville": "America/Kentucky/Louisville",
    "America/Mendoza": "America/Argentina/Mendoza",
    "Asia/Calcutta": "Asia/Kolkata",
    "Asia/Katmandu": "Asia/Kathmandu",
    "Asia/Rangoon": "Asia/Yangon",
    "Asia/Saigon": "Asia/Ho_Chi_Minh",
    "Atlantic/Faeroe": "Atlantic/Faroe",
    "Europe/Kiev": "Europe/Kyiv",
    "Pacific/Enderbury": "Pacific/Kanton",
    "Pacific/Ponape": "Pacific/Pohnpei",
    "Pacific/Truk": "Pacific/Chuuk",
}
"""Old names that browsers still report (CLDR never changes them), with their current names."""


def current_name(name: str) -> str:
    """Return the current name of a time zone, for an old name that a browser may report."""
    return CURRENT_NAMES.get(name, name)


@cache
def zone_names() -> tuple[str, ...]:
    """Return the names of all time zones that this machine knows, such as Pacific/Auckland."""
    return tuple(sorted(name for name in available_timezones() if "/" in name or name == "UTC"))


@cache
def offered_zone_names() -> tuple[str, ...]:
    """Return the names to choose from: those in zone.tab, the time zone database's list by country.

    Old names such as Asia/Calcutta (now Asia/Kolkata) are not among them.
    """
    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    listed = {line.split("\t")[2] for line in table.splitlines() if not line.startswith("#")}
    return tuple(name for name in zone_names() if name in listed)


def zone_named(name: str) -> tzinfo:
    """Return the time zone with this name; UTC if the name is empty or unknown to this machine."""
    return ZoneInfo(name) if name in _known() else UTC


def is_zone(name: str) -> bool:
    return name in _known()


@cache
def _known() -> frozenset[str]:
    return frozenset(zone_names())
