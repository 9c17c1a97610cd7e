"""Sentences about the differences of two people's splits, addressed to one of them."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from purposeapp import sentences

from .questions import Answers


def differences(mine: Answers, theirs: Answers, *, name: str) -> list[str]:
    """Return sentences that compare both people now and in the future, for one of them to read.

    `name` is the name of the other person.
    """
    now = theirs.now.points_moved(mine.now)
    future = theirs.future.points_moved(mine.future)
    said = [
        _("Now, you both spend your points the same way.")
        if not now
        else ngettext(
            "Now, %(points)d point is different. Compared with you, %(name)s has: %(change)s.",
            "Now, %(points)d points are different. Compared with you, %(name)s has: %(change)s.",
            now,
        )
        % {"points": now, "name": name, "change": sentences.change(theirs.now, mine.now)},
        _("In the future, you both want the same mix.")
        if not future
        else ngettext(
            "In the future, %(points)d point is different. Compared with you, %(name)s wants: "
            "%(change)s.",
            "In the future, %(points)d points are different. Compared with you, %(name)s wants: "
            "%(change)s.",
            future,
        )
        % {"points": future, "name": name, "change": sentences.change(theirs.future, mine.future)},
    ]
    if future < now:
        said.append(_("What you both want brings you closer together."))
    elif future > now:
        said.append(_("What you both want takes you further apart."))
    return said
