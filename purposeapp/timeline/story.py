"""What the picture over time says, in sentences that are true for every history.

The facts are found in facts.py; here are words for them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from purposeapp import sentences
from purposeapp.split import Purpose, Split
from purposeapp.timeline.dates import time_between
from purposeapp.timeline.facts import Change, Facts, Lead, Trend
from purposeapp.timeline.snapshot import Snapshot


@dataclass(frozen=True)
class Story:
    """The sentences on a history. `is_partial` says that it began before the first snapshot here.

    Then nothing is said of "never" and "always", only of what has been since that snapshot.
    """

    snapshots: Sequence[Snapshot]
    is_partial: bool = False

    @cached_property
    def facts(self) -> Facts:
        """What can be counted; there must be a snapshot."""
        return Facts.of(self.snapshots)

    @property
    def sentences(self) -> list[str]:
        """The lead, the biggest change with what happened around it, and how far it moved."""
        if not self.snapshots:
            return [_("There is nothing to tell yet.")]
        facts = self.facts
        if facts.count == 1:
            words = {"date": facts.last.day, "headline": sentences.headline(facts.last.split)}
            return [
                _("One assessment so far, of %(date)s: %(headline)s.") % words,
                _("Spend the ten points again when life changes, and the picture begins to move."),
            ]
        said = [_say_lead(facts.lead, self.is_partial)]
        if facts.change:
            moved = [" ".join(_say_change(facts.change)), _say_moved(facts)]
            if self.is_partial:
                since = _("Since %(date)s: %(sentence)s")
                date = facts.first.day
                moved = [since % {"date": date, "sentence": sentence} for sentence in moved]
            said += moved
        else:
            pattern = _("All %(count)d assessments have the same split: no point has moved.")
            if facts.count == 2:
                pattern = _("Both assessments have the same split: no point has moved.")
            if self.is_partial:
                pattern = _("No point has moved since %(date)s, in %(count)d assessments.")
            said.append(pattern % {"count": facts.count, "date": facts.first.day})
        return said

    @property
    def trends(self) -> list[tuple[Purpose, str]]:
        """Each purpose with the sentence on its trend; none where there is no time to speak of."""
        if len(self.snapshots) < 2:
            return []
        since = self.snapshots[0].day if self.is_partial else ""
        return [(course.purpose, _say_trend(course, since)) for course in self.facts.trends]


def moves(earlier: Split, later: Split) -> str:
    """Which points are elsewhere now, in the fewest moves; empty where none is."""
    return "; ".join(
        ngettext(
            "%(points)d point from %(source)s to %(target)s",
            "%(points)d points from %(source)s to %(target)s",
            move.points,
        )
        % {"points": move.points, "source": move.source.label, "target": move.target.label}
        for move in earlier.moves_to(later)
    )


def _points(number: int) -> str:
    return ngettext("%d point", "%d points", number) % number


def _say_lead(lead: Lead, is_partial: bool) -> str:
    words = {
        "purposes": sentences.listed(list(lead.purposes)),
        "date": lead.since.day,
        "points": _points(lead.points),
        "count": lead.in_a_row,
        "in_all": _("in both assessments")
        if lead.in_a_row == 2
        else _("in all %d assessments") % lead.in_a_row,
        "time": time_between(lead.since.on, lead.until.on),
    }
    shared = len(lead.purposes) > 1
    if lead.in_a_row == 1:
        if shared:
            return (
                _("%(purposes)s share the lead, with %(points)s each: new since %(date)s.") % words
            )
        return _("%(purposes)s leads, with %(points)s: new since %(date)s.") % words
    if lead.always and is_partial:
        pattern = _(
            "%(purposes)s has led since %(date)s at least: %(count)d assessments in a row, for "
            "%(time)s."
        )
        if shared:
            pattern = _(
                "%(purposes)s have shared the lead since %(date)s at least: %(count)d assessments "
                "in a row, for %(time)s."
            )
    elif lead.always:
        pattern = _("%(purposes)s has led from the beginning, %(date)s: %(in_all)s, for %(time)s.")
        if shared:
            pattern = _(
                "%(purposes)s have shared the lead from the beginning, %(date)s: %(in_all)s, for "
                "%(time)s."
            )
    else:
        pattern = _(
            "%(purposes)s has led since %(date)s: %(count)d assessments in a row, for %(time)s."
        )
        if shared:
            pattern = _(
                "%(purposes)s have shared the lead since %(date)s: %(count)d assessments in a row, "
                "for %(time)s."
            )
    return pattern % words


def _say_change(change: Change) -> Iterator[str]:
    earlier, later = change.earlier.day, change.later.day
    when = _("between %(earlier)s and %(later)s") % {"earlier": earlier, "later": later}
    if earlier == later:
        when = _("on %(date)s") % {"date": later}
    what = sentences.change(change.later.split, change.earlier.split)
    words = {"points": _points(change.points), "when": when, "what": what, "times": change.times}
    if change.times == 1:
        yield _("The biggest change moved %(points)s, %(when)s: %(what)s.") % words
    else:
        yield (
            _(
                "No change was bigger than %(points)s. There were %(times)d like that, the latest "
                "%(when)s: %(what)s."
            )
            % words
        )
    if change.near is change.later:
        yield _("What had happened: %(event)s.") % {"event": change.later.event_label}
    elif change.near:
        words = {"event": change.near.event_label, "date": change.near.day}
        yield _("Near it in time, you told this on %(date)s: %(event)s.") % words
    if change.later.excerpt:
        yield _("Your note then: “%(note)s”") % {"note": change.later.excerpt}


def _say_moved(facts: Facts) -> str:
    if facts.count == 2:
        moved = facts.moved_in_all
        return ngettext("%d point has moved in all.", "%d points have moved in all.", moved) % moved
    words = {
        "points": _points(facts.moved_in_all),
        "steps": facts.count - 1,
        "first": facts.first.day,
        "apart": _points(facts.moved_since_first),
    }
    if not facts.moved_since_first:
        return (
            _(
                "From one assessment to the next, %(points)s moved in all, and the latest split is "
                "that of %(first)s again."
            )
            % words
        )
    return (
        _(
            "From one assessment to the next, %(points)s moved in all; the latest split is "
            "%(apart)s away from that of %(first)s."
        )
        % words
    )


def _say_trend(course: Trend, since: str) -> str:
    """The trend of a purpose; `since` is a date where nothing is known of the time before."""
    words = {
        "purpose": course.purpose.label,
        "since": since,
        "first": _points(course.first),
        "last": course.last,
        "least": course.least,
        "most": course.most,
    }
    if not course.most:
        if since:
            return _("%(purpose)s has had no point since %(since)s.") % words
        return _("%(purpose)s never had a point.") % words
    if not course.rose and not course.fell:
        if since:
            return _("%(purpose)s has stayed at %(first)s since %(since)s.") % words
        return _("%(purpose)s has stayed at %(first)s.") % words
    if course.first == course.last:
        if course.most == course.first:
            pattern = _("%(purpose)s is back at %(first)s, after as few as %(least)d.")
        elif course.least == course.first:
            pattern = _("%(purpose)s is back at %(first)s, after as many as %(most)d.")
        else:
            pattern = _(
                "%(purpose)s is back at %(first)s, after as many as %(most)d and as few as "
                "%(least)d."
            )
    elif not course.fell:
        pattern = _("%(purpose)s has only risen, from %(first)s to %(last)d.")
    elif not course.rose:
        pattern = _("%(purpose)s has only fallen, from %(first)s to %(last)d.")
    else:
        if course.last > course.first:
            pattern = _("%(purpose)s has risen from %(first)s to %(last)d, %(between)s.")
        else:
            pattern = _("%(purpose)s has fallen from %(first)s to %(last)d, %(between)s.")
        words["between"] = _between(course)
    if since:
        pattern = _("Since %(since)s: %(trend)s") % {"since": since, "trend": pattern}
    return pattern % words


def _between(course: Trend) -> str:
    """How far a purpose went beyond where it began and where it is, on a way that turned."""
    words = {"least": course.least, "most": course.most}
    higher = course.most > max(course.first, course.last)
    lower = course.least < min(course.first, course.last)
    if higher and lower:
        return _("with as many as %(most)d and as few as %(least)d in between") % words
    if higher:
        return _("with as many as %(most)d in between") % words
    if lower:
        return _("with as few as %(least)d in between") % words
    return _("up and down in between")
