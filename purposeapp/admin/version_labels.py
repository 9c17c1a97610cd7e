"""What the history says about a version: who made it, and why."""

from typing import Any

from django.utils.functional import Promise
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
    "For everyone": gettext_lazy("now for everyone"),
}
"""The change reasons that migrations stored, as texts for editors."""


def author_of(record: Any) -> str:
    """Return who made a version: a user, the system, or an account that was deleted since.

    Only migrations make versions without a user, and the database forgets a deleted one.
    """
    if record.history_user:
        return str(record.history_user)
    return _("System") if record.history_change_reason in REASONS else _("Deleted account")


def reason_of(record: Any) -> str | Promise | None:
    """Return why a version was made."""
    return REASONS.get(record.history_change_reason, record.history_change_reason)
