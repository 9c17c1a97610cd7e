"""Sentences about a history that describe its chart. They must be true for every history.

facts.py finds the facts; this module puts them into words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from purposeapp import sentences
from purposeapp.dates import time_between
from purposeapp.split import Purpose, Split
from purposeapp.timeline.facts import Change, Facts, Lead, Trend
from purposeapp.timeline.snapshot import Snapshot
from purposeapp.timeline.trends import say_trend

TELLING = 3
"""The points gained or lost that make a trend the headline if the lead never changed."""


@dataclass(frozen=True)
class Story:
    """The sentences about a history.

    `is_partial` means that the history began before the first snapshot here. Then `scope` says
    what the sentences cover, and none of them says "never" or "first result".
    """

    snapshots: Sequence[Snapshot]
    is_partial: bool = False

    @cached_property
    def facts(self) -> Facts:
        """The facts of the history, which must have at least one snapshot."""
        return Facts.of(self.snapshots)

    @property
    def scope(self) -> str:
        """The part of a longer history that the sentences cover; empty for a complete one."""
        if not self.is_partial:
            return ""
        return ngettext(
            "This covers your latest %(count)d result, since %(date)s.",
            "This covers your latest %(count)d results, since %(date)s.",
            len(self.snapshots),
        ) % {"count": len(self.snapshots), "date": self.snapshots[0].day}

    @cached_property
    def headline(self) -> str:
        """The most telling sentence: a new lead, or else a big trend, or else the lead."""
        facts = self.facts
        if facts.count == 1:
            words = {"date": facts.last.day, "headline": sentences.headline(facts.last.split)}
            return _("%(date)s: %(headline)s.") % words
        if self._telling:
            return say_trend(self._telling, self.is_partial)
        return _say_lead(facts.lead, self.is_partial) if facts.change else _say_nothing_moved(facts)

    @property
    def more(self) -> list[str]:
        """The other sentences about all five purposes together."""
        facts = self.facts
        if facts.count == 1:
            return []
        lead = [_say_lead(facts.lead, self.is_partial)]
        said = [*lead, *_say_streak(facts.lead)]
        if facts.change:
            said.append(" ".join(_say_change(facts.change)))
            said += _say_moved(facts)
        return [sentence for sentence in said if sentence != self.headline]

    @cached_property
    def trends(self) -> list[tuple[Purpose, str]]:
        """Each purpose with the sentence about its trend, except the one in the headline."""
        if self.facts.count == 1:
            return []
        return [
            (trend.purpose, say_trend(trend, self.is_partial))
            for trend in self.facts.trends
            if trend is not self._telling
        ]

    @cached_property
    def _telling(self) -> Trend | None:
        """The biggest trend, if it tells more than the lead does."""
        if not self.facts.lead.always:
            return None
        furthest = max(self.facts.trends, key=lambda trend: abs(trend.last - trend.first))
        return furthest if abs(furthest.last - furthest.first) >= TELLING else None


def moves(earlier: Split, later: Split) -> str:
    """Return the fewest moves from one split to another, in words; empty if there are none."""
    return sentences.enumerated(map(sentences.shift, earlier.moves_to(later)))


def _say_lead(lead: Lead, is_partial: bool) -> str:
    words = {
        "purposes": sentences.listed(list(lead.purposes)),
        "date": lead.since.day,
        "points": lead.points,
    }
    if len(lead.purposes) == 1:
        if lead.in_a_row == 1:
            pattern = ngettext(
                "%(purposes)s took the lead on %(date)s, with %(points)d point.",
                "%(purposes)s took the lead on %(date)s, with %(points)d points.",
                lead.points,
            )
        elif not lead.always:
            pattern = _("%(purposes)s has led since %(date)s.")
        elif is_partial:
            pattern = _("%(purposes)s has led since at least %(date)s.")
        else:
            pattern = _("%(purposes)s has led since your first result on %(date)s.")
    elif lead.in_a_row == 1:
        pattern = ngettext(
            "%(purposes)s have shared the lead since %(date)s, with %(points)d point each.",
            "%(purposes)s have shared the lead since %(date)s, with %(points)d points each.",
            lead.points,
        )
    elif not lead.always:
        pattern = _("%(purposes)s have shared the lead since %(date)s.")
    elif is_partial:
        pattern = _("%(purposes)s have shared the lead since at least %(date)s.")
    else:
        pattern = _("%(purposes)s have shared the lead since your first result on %(date)s.")
    return pattern % words


def _say_streak(lead: Lead) -> Iterator[str]:
    """Yield a sentence on how long the lead has been the same, if for more than one result."""
    if lead.in_a_row == 1:
        return
    words = {
        "purposes": sentences.listed(list(lead.purposes)),
        "count": lead.in_a_row,
        "time": time_between(lead.since.on, lead.until.on),
    }
    is_on_one_day = lead.since.on == lead.until.on
    if len(lead.purposes) == 1 and is_on_one_day:
        pattern = ngettext(
            "%(purposes)s led in your last %(count)d result.",
            "%(purposes)s led in your last %(count)d results.",
            lead.in_a_row,
        )
    elif len(lead.purposes) == 1:
        pattern = ngettext(
            "%(purposes)s led in your last %(count)d result, over %(time)s.",
            "%(purposes)s led in your last %(count)d results, over %(time)s.",
            lead.in_a_row,
        )
    elif is_on_one_day:
        pattern = ngettext(
            "%(purposes)s shared the lead in your last %(count)d result.",
            "%(purposes)s shared the lead in your last %(count)d results.",
            lead.in_a_row,
        )
    else:
        pattern = ngettext(
            "%(purposes)s shared the lead in your last %(count)d result, over %(time)s.",
            "%(purposes)s shared the lead in your last %(count)d results, over %(time)s.",
            lead.in_a_row,
        )
    yield pattern % words


def _say_nothing_moved(facts: Facts) -> str:
    if facts.count == 2:
        return _("Both results have the same split.")
    pattern = ngettext(
        "All %(count)d results have the same split.",
        "All %(count)d results have the same split.",
        facts.count,
    )
    return pattern % {"count": facts.count}


def _say_change(change: Change) -> Iterator[str]:
    earlier, later, points = change.earlier.day, change.later.day, change.points
    if earlier == later and change.times == 1:
        pattern = ngettext(
            "Your biggest change moved %(points)d point on %(later)s: %(what)s.",
            "Your biggest change moved %(points)d points on %(later)s: %(what)s.",
            points,
        )
    elif change.times == 1:
        pattern = ngettext(
            "Your biggest change moved %(points)d point between %(earlier)s and %(later)s: "
            "%(what)s.",
            "Your biggest change moved %(points)d points between %(earlier)s and %(later)s: "
            "%(what)s.",
            points,
        )
    elif earlier == later:
        pattern = ngettext(
            "Your biggest change moved %(points)d point. That happened %(times)d times, most "
            "recently on %(later)s: %(what)s.",
            "Your biggest change moved %(points)d points. That happened %(times)d times, most "
            "recently on %(later)s: %(what)s.",
            points,
        )
    else:
        pattern = ngettext(
            "Your biggest change moved %(points)d point. That happened %(times)d times, most "
            "recently between %(earlier)s and %(later)s: %(what)s.",
            "Your biggest change moved %(points)d points. That happened %(times)d times, most "
            "recently between %(earlier)s and %(later)s: %(what)s.",
            points,
        )
    yield (
        pattern
        % {
            "points": points,
            "times": change.times,
            "earlier": earlier,
            "later": later,
            "what": sentences.change(change.later.split, change.earlier.split),
        }
    )
    if change.near is change.later:
        yield _("What happened: %(event)s.") % {"event": change.later.event_label}
    elif change.near:
        words = {"event": change.near.event_label, "date": change.near.day}
        yield _("Around then (%(date)s): %(event)s.") % words
    if change.later.excerpt:
        yield _("Your note: “%(note)s”") % {"note": change.later.excerpt}


def _say_moved(facts: Facts) -> list[str]:
    """Return how many points moved step by step, and since the first result.

    Empty for two results, where both are the change itself.
    """
    if facts.count == 2:
        return []
    in_all = ngettext(
        "Step by step, %(points)d point moved in all.",
        "Step by step, %(points)d points moved in all.",
        facts.moved_in_all,
    )
    words = {"date": facts.first.day, "points": facts.moved_since_first}
    apart = _("Your latest split is the same as the one on %(date)s.")
    if facts.moved_since_first:
        apart = ngettext(
            "Your latest split is %(points)d point away from the one on %(date)s.",
            "Your latest split is %(points)d points away from the one on %(date)s.",
            facts.moved_since_first,
        )
    return [in_all % {"points": facts.moved_in_all}, apart % words]
