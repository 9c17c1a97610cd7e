"""IANA time zones by their names."""

from datetime import UTC, timedelta, timezone, tzinfo
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

FIRST_TO_BEGIN = timezone(timedelta(hours=14))
"""Where on earth a day begins first."""
LAST_TO_END = timezone(timedelta(hours=-12))
"""Where it ends last."""

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
"""Old names that browsers still tell (CLDR keeps them for ever), each with the one of today."""


def current_name(name: str) -> str:
    """The name by which we offer and show a time zone that a browser may call by an old one."""
    return CURRENT_NAMES.get(name, name)


@cache
def zone_names() -> tuple[str, ...]:
    """The names of all time zones that this machine knows, such as Pacific/Auckland."""
    return tuple(sorted(name for name in available_timezones() if "/" in name or name == "UTC"))


@cache
def offered_zone_names() -> tuple[str, ...]:
    """The names to choose from: those that the time zone database lists for today's countries.

    Asia/Calcutta is not among them, which has been Asia/Kolkata for long.
    """
    table = files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8")
    listed = {line.split("\t")[2] for line in table.splitlines() if not line.startswith("#")}
    return tuple(name for name in zone_names() if name in listed)


def zone_named(name: str) -> tzinfo:
    """The time zone of this name; UTC for none, and for one that this machine doesn't know."""
    return ZoneInfo(name) if name in _known() else UTC


def is_zone(name: str) -> bool:
    return name in _known()


@cache
def _known() -> frozenset[str]:
    return frozenset(zone_names())
