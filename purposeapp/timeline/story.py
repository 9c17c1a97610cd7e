"""What the picture over time says, in sentences that are true for every history.

The facts are found in facts.py; here are words for them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from purposeapp import sentences
from purposeapp.split import Purpose, Split
from purposeapp.timeline.dates import time_between
from purposeapp.timeline.facts import Change, Facts, Lead
from purposeapp.timeline.snapshot import Snapshot
from purposeapp.timeline.trends import say_constant, say_trend

# Whole patterns, one for each shape that a lead can have: grammar differs from language to
# language, and nothing can be put together from halves. The keys say whether it is shared.

NEW_LEADS = {
    False: ngettext_lazy(
        "%(purposes)s leads, with %(points)d point: new since %(date)s.",
        "%(purposes)s leads, with %(points)d points: new since %(date)s.",
        "points",
    ),
    True: ngettext_lazy(
        "%(purposes)s share the lead, with %(points)d point each: new since %(date)s.",
        "%(purposes)s share the lead, with %(points)d points each: new since %(date)s.",
        "points",
    ),
}
LEADS_SINCE = {
    False: ngettext_lazy(
        "%(purposes)s has led since %(date)s: %(count)d assessment in a row, for %(time)s.",
        "%(purposes)s has led since %(date)s: %(count)d assessments in a row, for %(time)s.",
        "count",
    ),
    True: ngettext_lazy(
        "%(purposes)s have shared the lead since %(date)s: %(count)d assessment in a row, for "
        "%(time)s.",
        "%(purposes)s have shared the lead since %(date)s: %(count)d assessments in a row, for "
        "%(time)s.",
        "count",
    ),
}
LEADS_SINCE_AT_LEAST = {
    False: ngettext_lazy(
        "%(purposes)s has led since %(date)s at least: %(count)d assessment in a row, for "
        "%(time)s.",
        "%(purposes)s has led since %(date)s at least: %(count)d assessments in a row, for "
        "%(time)s.",
        "count",
    ),
    True: ngettext_lazy(
        "%(purposes)s have shared the lead since %(date)s at least: %(count)d assessment in a "
        "row, for %(time)s.",
        "%(purposes)s have shared the lead since %(date)s at least: %(count)d assessments in a "
        "row, for %(time)s.",
        "count",
    ),
}
LEADS_IN_BOTH = {
    False: gettext_lazy(
        "%(purposes)s has led from the beginning, %(date)s: in both assessments, for %(time)s."
    ),
    True: gettext_lazy(
        "%(purposes)s have shared the lead from the beginning, %(date)s: in both assessments, for "
        "%(time)s."
    ),
}
LEADS_IN_ALL = {
    False: ngettext_lazy(
        "%(purposes)s has led from the beginning, %(date)s: in all %(count)d assessment, for "
        "%(time)s.",
        "%(purposes)s has led from the beginning, %(date)s: in all %(count)d assessments, for "
        "%(time)s.",
        "count",
    ),
    True: ngettext_lazy(
        "%(purposes)s have shared the lead from the beginning, %(date)s: in all %(count)d "
        "assessment, for %(time)s.",
        "%(purposes)s have shared the lead from the beginning, %(date)s: in all %(count)d "
        "assessments, for %(time)s.",
        "count",
    ),
}


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
        lead = _say_lead(facts.lead, self.is_partial)
        if not facts.change:
            return [lead, _say_nothing_moved(facts, self.is_partial)]
        moved = [" ".join(_say_change(facts.change)), _say_moved(facts)]
        return [lead, *(self._dated(sentence) for sentence in moved)]

    @property
    def trends(self) -> list[tuple[Purpose, str]]:
        """Each purpose with the sentence on its trend; none where there is no time to speak of."""
        if len(self.snapshots) < 2:
            return []
        since = self.snapshots[0].day if self.is_partial else ""
        return [
            (trend.purpose, say_constant(trend, since) or self._dated(say_trend(trend)))
            for trend in self.facts.trends
        ]

    def _dated(self, sentence: str) -> str:
        """A whole sentence, behind the date since when it is known to be true, if there is one."""
        if not self.is_partial:
            return sentence
        words = {"date": self.snapshots[0].day, "sentence": sentence}
        return _("Since %(date)s: %(sentence)s") % words


def moves(earlier: Split, later: Split) -> str:
    """Which points are elsewhere now, in the fewest moves; empty where none is."""
    return sentences.enumerated(
        ngettext(
            "%(points)d point from %(source)s to %(target)s",
            "%(points)d points from %(source)s to %(target)s",
            move.points,
        )
        % {"points": move.points, "source": move.source.label, "target": move.target.label}
        for move in earlier.moves_to(later)
    )


def _say_lead(lead: Lead, is_partial: bool) -> str:
    if lead.in_a_row == 1:
        patterns = NEW_LEADS
    elif not lead.always:
        patterns = LEADS_SINCE
    elif is_partial:
        patterns = LEADS_SINCE_AT_LEAST
    elif lead.in_a_row == 2:
        patterns = LEADS_IN_BOTH
    else:
        patterns = LEADS_IN_ALL
    is_shared = len(lead.purposes) > 1
    return patterns[is_shared] % {
        "purposes": sentences.listed(list(lead.purposes)),
        "date": lead.since.day,
        "points": lead.points,
        "count": lead.in_a_row,
        "time": time_between(lead.since.on, lead.until.on),
    }


def _say_nothing_moved(facts: Facts, is_partial: bool) -> str:
    if is_partial:
        pattern = ngettext(
            "No point has moved since %(date)s, in %(count)d assessment.",
            "No point has moved since %(date)s, in %(count)d assessments.",
            facts.count,
        )
    elif facts.count == 2:
        pattern = _("Both assessments have the same split: no point has moved.")
    else:
        pattern = ngettext(
            "All %(count)d assessment has the same split: no point has moved.",
            "All %(count)d assessments have the same split: no point has moved.",
            facts.count,
        )
    return pattern % {"count": facts.count, "date": facts.first.day}


def _say_change(change: Change) -> Iterator[str]:
    words = {
        "points": change.points,
        "times": change.times,
        "earlier": change.earlier.day,
        "later": change.later.day,
        "what": sentences.change(change.later.split, change.earlier.split),
    }
    on_one_day = change.earlier.day == change.later.day
    if change.times == 1:
        if on_one_day:
            pattern = ngettext(
                "The biggest change moved %(points)d point, on %(later)s: %(what)s.",
                "The biggest change moved %(points)d points, on %(later)s: %(what)s.",
                change.points,
            )
        else:
            pattern = ngettext(
                "The biggest change moved %(points)d point, between %(earlier)s and %(later)s: "
                "%(what)s.",
                "The biggest change moved %(points)d points, between %(earlier)s and %(later)s: "
                "%(what)s.",
                change.points,
            )
        yield pattern % words
    else:
        pattern = ngettext(
            "No change was bigger than %(points)d point.",
            "No change was bigger than %(points)d points.",
            change.points,
        )
        yield pattern % words
        if on_one_day:
            pattern = ngettext(
                "There was %(times)d like that, the latest on %(later)s: %(what)s.",
                "There were %(times)d like that, the latest on %(later)s: %(what)s.",
                change.times,
            )
        else:
            pattern = ngettext(
                "There was %(times)d like that, the latest between %(earlier)s and %(later)s: "
                "%(what)s.",
                "There were %(times)d like that, the latest between %(earlier)s and %(later)s: "
                "%(what)s.",
                change.times,
            )
        yield pattern % words
    if change.near is change.later:
        yield _("What had happened: %(event)s.") % {"event": change.later.event_label}
    elif change.near:
        near = {"event": change.near.event_label, "date": change.near.day}
        yield _("Near it in time, you told this on %(date)s: %(event)s.") % near
    if change.later.excerpt:
        yield _("Your note then: “%(note)s”") % {"note": change.later.excerpt}


def _say_moved(facts: Facts) -> str:
    moved, apart, first = facts.moved_in_all, facts.moved_since_first, facts.first.day
    if facts.count == 2:
        return ngettext("%d point has moved in all.", "%d points have moved in all.", moved) % moved
    if not apart:
        pattern = ngettext(
            "From one assessment to the next, %(points)d point moved in all, and the latest split "
            "is that of %(first)s again.",
            "From one assessment to the next, %(points)d points moved in all, and the latest split "
            "is that of %(first)s again.",
            moved,
        )
        return pattern % {"points": moved, "first": first}
    # Two numbers, so two clauses that stand for themselves.
    in_all = ngettext(
        "From one assessment to the next, %(points)d point moved in all",
        "From one assessment to the next, %(points)d points moved in all",
        moved,
    )
    since_first = ngettext(
        "the latest split is %(apart)d point away from that of %(first)s.",
        "the latest split is %(apart)d points away from that of %(first)s.",
        apart,
    )
    clauses = [in_all % {"points": moved}, since_first % {"apart": apart, "first": first}]
    return sentences.enumerated(clauses)
