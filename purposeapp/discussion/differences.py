"""Sentences about the differences of two people's splits."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from purposeapp.split import Purpose, Split

from .questions import Answers

NOW_TO_READER = ngettext_lazy(
    "Now, %(name)s has %(more)d more point than you on %(gained)s, and %(fewer)d fewer on "
    "%(lost)s.",
    "Now, %(name)s has %(more)d more points than you on %(gained)s, and %(fewer)d fewer on "
    "%(lost)s.",
    "more",
)
FUTURE_TO_READER = ngettext_lazy(
    "In the future, %(name)s wants %(more)d more point than you on %(gained)s, and %(fewer)d "
    "fewer on %(lost)s.",
    "In the future, %(name)s wants %(more)d more points than you on %(gained)s, and %(fewer)d "
    "fewer on %(lost)s.",
    "more",
)
NOW_TO_BOTH = ngettext_lazy(
    "Now, the guest has %(more)d more point than %(name)s on %(gained)s, and %(fewer)d fewer on "
    "%(lost)s.",
    "Now, the guest has %(more)d more points than %(name)s on %(gained)s, and %(fewer)d fewer on "
    "%(lost)s.",
    "more",
)
FUTURE_TO_BOTH = ngettext_lazy(
    "In the future, the guest wants %(more)d more point than %(name)s on %(gained)s, and "
    "%(fewer)d fewer on %(lost)s.",
    "In the future, the guest wants %(more)d more points than %(name)s on %(gained)s, and "
    "%(fewer)d fewer on %(lost)s.",
    "more",
)


def differences(mine: Answers, theirs: Answers, *, name: str) -> list[str]:
    """Return sentences that compare both people now and in the future, for one of them to read.

    They name the largest difference in each direction; a table has them all. `name` is the name of
    the other person.
    """
    return _sentences(mine, theirs, name, NOW_TO_READER, FUTURE_TO_READER)


def differences_of_both(inviter: Answers, guest: Answers, *, name: str) -> list[str]:
    """Return the same for both to read, with the inviter's `name`."""
    return _sentences(inviter, guest, name, NOW_TO_BOTH, FUTURE_TO_BOTH)


def _sentences(one: Answers, other: Answers, name: str, now: Promise, future: Promise) -> list[str]:
    said = [
        _compared(one.now, other.now, name, now)
        or _("Now, you both spend your points the same way."),
        _compared(one.future, other.future, name, future)
        or _("In the future, you both want the same mix."),
    ]
    moved_now = other.now.points_moved(one.now)
    moved_future = other.future.points_moved(one.future)
    if moved_future < moved_now:
        said.append(_("What you both want brings you closer together."))
    elif moved_future > moved_now:
        said.append(_("What you both want takes you further apart."))
    return said


def _compared(one: Split, other: Split, name: str, words: Promise) -> str:
    """Return what the other one has more and fewer points on; empty if the two are the same."""
    if one == other:
        return ""
    gained, more, lost, fewer = largest_differences(one, other)
    named = {"name": name, "gained": gained.label, "lost": lost.label}
    return words % {**named, "more": more, "fewer": fewer}


def largest_differences(mine: Split, theirs: Split) -> tuple[Purpose, int, Purpose, int]:
    """Return the purpose on which they have most points more, and that with most points fewer.

    Each is followed by the number of points, and ties keep the fixed order of purposes. The two
    splits must differ.
    """
    change = theirs.difference(mine)  # the largest first
    gained = next(purpose for purpose, by in change.items() if by > 0)
    lost = next(purpose for purpose, by in change.items() if by < 0)
    return gained, change[gained], lost, -change[lost]
