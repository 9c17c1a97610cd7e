"""What the history says about a version: who made it, how and why."""

from datetime import UTC, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

REASONS = {
    "First tips": gettext_lazy("initial tips"),
    "First tips for change": gettext_lazy("initial tips"),
    "Initial texts": gettext_lazy("initial sentences"),
    "Plain words": gettext_lazy("reworded"),
    "Truer words": gettext_lazy("reworded"),
    "Something to do": gettext_lazy("reworded"),
    "Which comes first": gettext_lazy("reworded"),
    "Who shares is seen": gettext_lazy("reworded"),
    "Thanks above the tips": gettext_lazy("reworded"),
    "In plainer words": gettext_lazy("reworded"),
    "More and fewer points": gettext_lazy("reworded"),
    "To read aloud": gettext_lazy("reworded"),
    "For everyone": gettext_lazy("now for everyone"),
}
"""The change reasons that migrations stored, as texts for editors."""

_RESTORED = "Restored from %Y-%m-%d %H:%M:%S"
"""The change reason of a restored version, with the UTC time of the version it came from."""


def author_of(record: Any) -> str:
    """Return who made a version: a user, the system, or an account that was deleted since.

    Only migrations make versions without a user, and the database forgets a deleted one.
    """
    if record.history_user:
        return str(record.history_user)
    return _("System") if record.history_change_reason in REASONS else _("Deleted account")


def restored_from(record: Any) -> str:
    """Return the change reason to store for a version that is restored from `record`."""
    return record.history_date.astimezone(UTC).strftime(_RESTORED)


def label_of(record: Any) -> str:
    """Return how a version was made, and why if that is known."""
    reason = record.history_change_reason or ""
    try:
        date = datetime.strptime(reason, _RESTORED).replace(tzinfo=UTC)
    except ValueError:
        how = record.get_history_type_display().lower()
        return f"{how} · {REASONS.get(reason, reason)}" if reason else how
    return _("restored from %(date)s") % {"date": said_time(date)}


def said_time(date: datetime) -> str:
    """Return a time as all pages show it, in the editor's time zone."""
    return date_format(localtime(date), "DATETIME_FORMAT")
