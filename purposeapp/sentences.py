"""Sentences about splits, changes and goals. They must be true for each of the 1,001 splits.

A result page can be shared, so its reader need not be the person who spent the points. The
sentences are therefore about the split, never about "you". Only the sentences about a goal say
"you", since only its owner sees them.
"""

from collections.abc import Iterable
from datetime import date

from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from purposeapp.per_language import per_language
from purposeapp.split import MINUTES_PER_POINT, Move, Purpose, Split

MINUS = "\N{MINUS SIGN}"


def enumerated(parts: Iterable[str]) -> str:
    """Join parts that may contain commas, with semicolons."""
    # Translators: what stands between the parts of such a list
    return pgettext("list", "; ").join(parts)


def listed(purposes: list[Purpose]) -> str:
    """Return the names of purposes as a list in a sentence: "A, B and C"."""
    return get_text_list([str(purpose.label) for purpose in purposes], _("and"))


def signed(points: int) -> str:
    """Return a change of points with its sign, such as +6 or −4; 0 for no change."""
    return f"{'+' if points > 0 else MINUS if points else ''}{abs(points)}"


def counted(points: int) -> str:
    """Return a number of points in words: "1 point", "0 points"."""
    return ngettext("%(points)d point", "%(points)d points", points) % {"points": points}


def points_on(split: Split, purposes: Iterable[Purpose]) -> str:
    """Return these purposes with their points: "Job seeking 6, Learning sponge 0"."""
    parts = [_points(purpose, split[purpose]) for purpose in purposes]
    return _(", ").join(parts)  # translated by Django


@per_language
def _points(purpose: Purpose, points: int) -> str:
    # Translators: a purpose and its points, such as "Job seeking 6"
    return _("%(purpose)s %(points)s") % {"purpose": purpose.label, "points": points}


@per_language
def headline(split: Split) -> str:
    """Return the result in one line: which purpose leads, or which share the lead, and by how much.

    "Mainly" needs more than half of the points; with less, the leader "comes first".
    """
    leaders = split.standouts
    share = split.percentage(leaders[0])
    if len(leaders) == len(Purpose):
        return _("An even spread: %(share)d%% on each of the five") % {"share": share}
    if len(leaders) == 2 and share == 50:
        names = {"one": leaders[0].label, "other": leaders[1].label}
        return _("Half %(one)s, half %(other)s") % names
    if len(leaders) > 1:
        words = {"purposes": listed(leaders), "share": share}
        return _("%(purposes)s share the lead (%(share)d%% each)") % words
    words = {"purpose": leaders[0].phrase, "share": share}
    if share == 100:
        return _("Entirely %(purpose)s (%(share)d%%)") % words
    if share > 50:
        return _("Mainly %(purpose)s (%(share)d%%)") % words
    if share == 50:
        return _("Half %(purpose)s (%(share)d%%)") % words
    return _("%(purpose)s comes first (%(share)d%%)") % {**words, "purpose": leaders[0].label}


def subheadline(split: Split) -> str:
    """Return a sentence on the points that aren't on the leaders; empty for an even spread."""
    leaders = split.standouts
    if len(leaders) == len(Purpose):
        return ""
    others = [purpose for purpose in split.spent if purpose not in leaders]
    if not others and len(leaders) == 1:
        return _("Every point went to one purpose.")
    if not others:
        return _("Every point went to these two.")
    shares = {split.percentage(purpose) for purpose in others}
    if len(others) == 1:
        words = {"purpose": others[0].label, "share": shares.pop()}
        return _("The remaining %(share)d%% is %(purpose)s.") % words
    if len(shares) == 1:
        words = {"purposes": listed(others), "share": shares.pop()}
        return _("%(purposes)s share the rest (%(share)d%% each).") % words
    part = _("%(purpose)s (%(share)d%%)")
    parts = [
        part % {"purpose": purpose.label, "share": split.percentage(purpose)} for purpose in others
    ]
    return _("Then %(parts)s.") % {"parts": get_text_list(parts, _("and"))}


def change(later: Split, earlier: Split) -> str:
    """Return the difference of two splits, such as "Job seeking +6, Business driven −6"."""
    return _say_difference(tuple(later.difference(earlier).items()))


@per_language
def _say_difference(difference: tuple[tuple[Purpose, int], ...]) -> str:
    if not difference:
        return _("No change")
    # Translators: a purpose and its change, such as "Job seeking +6", which no line may break apart
    part = _("%(purpose)s\N{NO-BREAK SPACE}%(change)s")
    parts = [
        part % {"purpose": purpose.label, "change": signed(points)}
        for purpose, points in difference
    ]
    return _(", ").join(parts)


def way_left(moves: list[Move], *, is_imagined: bool = False) -> str:
    """Return how many points still need to move to reach a goal, as a sentence.

    If the points that they move from are only imagined, they would need to.
    """
    points = sum(move.points for move in moves)
    if is_imagined and not points:
        return _("You'd reach your goal.")
    if is_imagined:
        return ngettext(
            "%(points)d point would still need to move.",
            "%(points)d points would still need to move.",
            points,
        ) % {"points": points}
    if not points:
        return _("You've reached your goal.")
    return ngettext(
        "%(points)d point still needs to move.", "%(points)d points still need to move.", points
    ) % {"points": points}


def time_to_move(moves: list[Move]) -> str:
    """Return how much of an hour these moves are, as a sentence; empty without a move."""
    minutes = MINUTES_PER_POINT * sum(move.points for move in moves)
    if not moves:
        return ""
    if len(moves) == 1:
        pattern = ngettext(
            "That's %(minutes)d minute of each hour.",
            "That's %(minutes)d minutes of each hour.",
            minutes,
        )
    else:
        pattern = ngettext(
            "That's %(minutes)d minute of each hour in all.",
            "That's %(minutes)d minutes of each hour in all.",
            minutes,
        )
    return pattern % {"minutes": minutes}


def moved_since(then: int, now: int) -> str:
    """Return the progress towards a goal, as a sentence; empty if it was reached all along.

    `then` and `now` are the points that had to move when the goal was set, and have to move now.
    """
    if not now:
        words = ngettext(
            "You moved %(points)d point to get here.",
            "You moved %(points)d points to get here.",
            then,
        )
        return words % {"points": then} if then else ""
    if now == then:
        return _("You're as close as when you set this goal.")
    if now < then:
        return ngettext(
            "You're %(points)d point closer than when you set this goal.",
            "You're %(points)d points closer than when you set this goal.",
            then - now,
        ) % {"points": then - now}
    return ngettext(
        "You're %(points)d point further away than when you set this goal.",
        "You're %(points)d points further away than when you set this goal.",
        now - then,
    ) % {"points": now - then}


def step(move: Move) -> str:
    """Return one step towards a goal: "Move 3 points from Job seeking to Learning sponge"."""
    words = ngettext(
        "Move %(points)d point from %(source)s to %(target)s",
        "Move %(points)d points from %(source)s to %(target)s",
        move.points,
    )
    names = {"source": move.source.label, "target": move.target.label}
    return words % {"points": move.points, **names}


def shift(move: Move) -> str:
    """Return a move as an amount, for a list: "3 points from Job seeking to Learning sponge"."""
    words = ngettext(
        "%(points)d point from %(source)s to %(target)s",
        "%(points)d points from %(source)s to %(target)s",
        move.points,
    )
    names = {"source": move.source.label, "target": move.target.label}
    return words % {"points": move.points, **names}


def wanted_by(day: date | None, *, today: date, is_there: bool) -> str:
    """Return a sentence on the target date of a goal; empty if it has none."""
    if day is None:
        return ""
    words = {"day": date_format(day, "DATE_FORMAT")}
    if day > today:
        return (_("Your target date is %(day)s.") if is_there else _("By %(day)s.")) % words
    if day == today:
        return _("Your target date is today, %(day)s.") % words
    if is_there:
        return _("Your target date was %(day)s.") % words
    return _("Your target date, %(day)s, has passed. Choose a new one.") % words
