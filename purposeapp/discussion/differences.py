"""Sentences about the differences of two people's splits, addressed to one of them."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from purposeapp.split import Purpose, Split

from .questions import Answers


def differences(mine: Answers, theirs: Answers, *, name: str) -> list[str]:
    """Return sentences that compare both people now and in the future, for one of them to read.

    They name the largest difference in each direction; a table has them all. `name` is the name of
    the other person.
    """
    said = [_now(mine.now, theirs.now, name), _future(mine.future, theirs.future, name)]
    now = theirs.now.points_moved(mine.now)
    future = theirs.future.points_moved(mine.future)
    if future < now:
        said.append(_("What you both want brings you closer together."))
    elif future > now:
        said.append(_("What you both want takes you further apart."))
    return said


def _now(mine: Split, theirs: Split, name: str) -> str:
    if mine == theirs:
        return _("Now, you both spend your points the same way.")
    gained, more, lost, fewer = largest_differences(mine, theirs)
    words = ngettext(
        "Now, %(name)s has %(more)d more point than you on %(gained)s, and %(fewer)d fewer on "
        "%(lost)s.",
        "Now, %(name)s has %(more)d more points than you on %(gained)s, and %(fewer)d fewer on "
        "%(lost)s.",
        more,
    )
    named = {"name": name, "gained": gained.label, "lost": lost.label}
    return words % {**named, "more": more, "fewer": fewer}


def _future(mine: Split, theirs: Split, name: str) -> str:
    if mine == theirs:
        return _("In the future, you both want the same mix.")
    gained, more, lost, fewer = largest_differences(mine, theirs)
    words = ngettext(
        "In the future, %(name)s wants %(more)d more point than you on %(gained)s, and %(fewer)d "
        "fewer on %(lost)s.",
        "In the future, %(name)s wants %(more)d more points than you on %(gained)s, and %(fewer)d "
        "fewer on %(lost)s.",
        more,
    )
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
