"""Which tips fit whom, compared with an independent implementation; without a database."""

from dataclasses import dataclass, replace
from itertools import count, product

import pytest

from purposeapp.advice.fit import WHEN, Audience, Direction, Side, Situation
from purposeapp.advice.selection import MAX_AT_ONCE, MAX_MORE, choose, shown_at_once
from purposeapp.split import Purpose, Split

PURPOSES = list(Purpose)
SIDES = {
    "candidate": ["everyone", "candidate"],
    "employer": ["everyone", "employer"],
    "both": ["everyone", "candidate", "employer"],
}


@dataclass(frozen=True)
class Advised:
    """A tip, with only the attributes by which tips are chosen."""

    id: int
    key: str
    purpose: str
    audience: str = "everyone"
    points_from: int = 1
    points_to: int = 10
    direction: str = "any"
    position: int = 100
    text: str = "Be kind."


def tip(purpose="business_driven", **fields) -> Advised:
    made = Advised(next(ids), "", purpose, **fields)
    return replace(made, key=f"tip-{made.id:04}") if not made.key else made


ids = count(1)

# One tip for each purpose, audience and direction, with bands and positions that never line up.
BANDS = [(0, 10), (1, 10), (0, 3), (4, 10), (1, 1), (0, 0), (2, 6)]
TIPS = {purpose: [] for purpose in Purpose}
for number, (purpose, audience, direction) in enumerate(product(Purpose, Audience, Direction)):
    band = BANDS[number % len(BANDS)]
    TIPS[purpose].append(
        tip(
            purpose.value,
            audience=audience.value,
            direction=direction.value,
            points_from=band[0],
            points_to=band[1],
            position=number * 37 % 11,
        )
    )
ALL_TIPS = [tip for own in TIPS.values() for tip in own]


def fits(tip, now, before, goal, side) -> bool:
    """Apply the rule to plain numbers: points on the tip's purpose now, before, and in the goal."""
    moved = {
        "any": True,
        "new": before == 0 and now > 0,
        "rising": before is not None and now > before and not (goal is not None and goal < now),
        "falling": before is not None and now < before and not (goal is not None and goal > now),
        "gone": before is not None and before > 0 and now == 0 and not goal,
        "wanted_more": goal is not None and goal > now,
        "wanted_less": goal is not None and goal < now,
    }
    return (
        now in range(tip.points_from, tip.points_to + 1)
        and tip.audience in SIDES[side]
        and moved[tip.direction]
    )


def goes_first(tip, now, before) -> bool:
    """Apply the rule to plain numbers: a single point leads only from zero or to zero."""
    if tip.direction in ("rising", "falling"):
        return 0 in (now, before) or abs(now - before) >= 2
    return tip.direction != "any"


def in_order(tips, now, before, side) -> list[str]:
    """Return the keys in the expected order, by dealing them out."""
    keys = []
    for moving in (True, False):
        kind = [t for t in tips if goes_first(t, now, before) == moving]
        kind.sort(key=lambda t: (t.position, t.key))
        if side != "both":
            keys += [t.key for t in kind]
            continue
        piles = [[t for t in kind if t.audience == audience] for audience in SIDES["both"]]
        while any(piles):
            round_ = [pile.pop(0) for pile in piles if pile]
            keys += [t.key for t in sorted(round_, key=lambda t: (t.position, t.key))]
    return keys


def expected(split, earlier, wanted, side) -> list[tuple]:
    found = []
    for purpose in sorted(PURPOSES, key=lambda p: (-split[p], PURPOSES.index(p))):
        points = [each and each[purpose] for each in (split, earlier, wanted)]
        own = [t for t in TIPS[purpose] if fits(t, *points, side)]
        if own or split[purpose]:
            keys, first = in_order(own, *points[:2], side), 1 + split[purpose] // 2
            last = first + MAX_MORE
            found.append((purpose, keys[:first], keys[first:last], len(keys) > last))
    return found


def turned(split, by: int) -> Split:
    """Rotate the points of a split to other purposes."""
    points = tuple(split)
    return Split(*(points[by:] + points[:by]))


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize(("earlier", "wanted"), [(0, 0), (1, 3), (4, 2)])
def test_for_every_split_direction_and_audience_exactly_these_tips_appear(side, earlier, wanted):
    directions = set()
    for split in Split.all():
        before = turned(split, earlier) if earlier else None
        goal = turned(split, wanted) if wanted else None
        situation = Situation(split, before, goal, side)
        advice = choose(situation, ALL_TIPS)
        shown = [
            (
                each.purpose,
                [advised.tip.key for advised in each.at_once],
                [advised.tip.key for advised in each.more],
                each.has_more,
            )
            for each in advice
        ]
        assert shown == expected(split, before, goal, side), split
        keys = [key for _, at_once, more, _ in shown for key in at_once + more]
        assert len(keys) == len(set(keys))
        assert sum(len(at_once) for _, at_once, _, _ in shown) <= 10
        directions |= {(p, d) for p in Purpose for d in situation.directions(p)}
    if earlier and wanted:
        assert directions == set(product(Purpose, Direction))


def test_no_split_begins_with_more_than_ten_tips():
    assert [shown_at_once(points) for points in range(11)] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6]
    assert max(sum(map(shown_at_once, split)) for split in Split.all()) == 10
    assert MAX_AT_ONCE == 6


def test_more_than_a_page_can_bear_is_left_to_the_page_of_the_purpose():
    situation = Situation(Split.parse("10-0-0-0-0"))
    tips = [tip() for _ in range(MAX_AT_ONCE + MAX_MORE)]
    (advice,) = choose(situation, tips)
    assert (len(advice.at_once), len(advice.more), advice.has_more) == (6, MAX_MORE, False)
    (advice,) = choose(situation, [*tips, tip()])
    assert (len(advice.at_once), len(advice.more), advice.has_more) == (6, MAX_MORE, True)


def test_what_is_not_for_the_reader_makes_room():
    situation = Situation(Split.parse("10-0-0-0-0"))
    tips = [tip() for _ in range(8)]
    (advice,) = choose(situation, tips, declined={tips[0].id, tips[7].id, 10**9})
    assert [advised.tip for advised in advice.at_once] == tips[1:7]
    assert advice.more == []
    assert [advised.tip for advised in advice.declined] == [tips[0], tips[7]]


def test_a_purpose_without_points_is_there_only_for_a_tip_that_is_meant_for_it():
    split = Split.parse("6-2-2-0-0")
    gone = tip("job_seeking", direction="gone", points_from=0, points_to=0)
    any_ = tip("job_seeking", points_from=0)
    assert [a.purpose for a in choose(Situation(split), [gone])] == PURPOSES[:3]
    for situation, tips in [
        (Situation(split, earlier=Split.parse("2-2-0-6-0")), [gone]),
        (Situation(split), [any_]),
        (Situation(split, wanted=Split.parse("0-0-0-10-0")), [any_]),
    ]:
        last = choose(situation, tips)[-1]
        assert (last.purpose, last.points) == ("job_seeking", 0)
        assert [advised.tip for advised in last.at_once] == tips
        assert not last.has_sides
        assert last.path is None


def test_both_sides_take_turns_so_that_neither_is_hidden():
    situation = Situation(Split.parse("8-0-0-2-0"))
    tips = [
        *(tip("job_seeking", audience="candidate", position=n) for n in range(5)),
        tip("job_seeking", audience="employer", position=99),
    ]
    advice = choose(situation, tips)[1]
    assert [audience for audience, _ in advice.groups] == ["candidate", "employer"]
    assert [len(own) for _, own in advice.groups] == [1, 1]
    alone = choose(replace(situation, side=Side.EMPLOYER), tips)[1]
    assert [(audience, len(own)) for audience, own in alone.groups] == [("everyone", 1)]


def moving(now, before, wanted) -> list[str]:
    """Return the directions of the tips on Business driven that are shown, in their order."""
    tips = [
        tip(direction=direction.value, points_from=0, position=number)
        for number, direction in enumerate(Direction)
    ]
    points = (now, before, wanted)
    splits = [n if n is None else Split(n, 10 - n, 0, 0, 0) for n in points]
    situation = Situation(*splits)
    for advice in choose(situation, tips):
        if advice.purpose == "business_driven":
            return [each.tip.direction for each in [*advice.at_once, *advice.more]]
    return []


@pytest.mark.parametrize(
    ("now", "before", "wanted", "directions"),
    [
        # The goal is to undo the movement.
        (4, 5, 10, ["wanted_more", "any"]),
        (4, 9, 10, ["wanted_more", "any"]),
        (4, 1, 2, ["wanted_less", "any"]),
        (0, 6, 1, ["wanted_more", "any"]),
        (6, 0, 2, ["new", "wanted_less", "any"]),
        # The goal goes on with it, or is reached.
        (4, 9, 2, ["falling", "wanted_less", "any"]),
        (4, 2, 10, ["rising", "wanted_more", "any"]),
        (4, 2, 4, ["rising", "any"]),
        (4, 9, 4, ["falling", "any"]),
        # A single point, which leads only from zero or to zero.
        (4, 5, None, ["any", "falling"]),
        (5, 4, None, ["any", "rising"]),
        (4, 5, 2, ["wanted_less", "any", "falling"]),
        (4, 6, None, ["falling", "any"]),
        (1, 0, None, ["new", "rising", "any"]),
        (0, 1, None, ["falling", "gone", "any"]),
        (4, 4, 5, ["wanted_more", "any"]),
    ],
)
def test_which_movement_is_advised_on_and_what_leads(now, before, wanted, directions):
    assert moving(now, before, wanted) == directions


def test_no_result_advises_on_a_movement_and_on_undoing_it():
    for now, before, wanted in product(range(11), repeat=3):
        shown = set(moving(now, before, wanted))
        assert not shown & {"falling", "gone"} or "wanted_more" not in shown
        assert "rising" not in shown or "wanted_less" not in shown


SINCE = Situation(split=Split.parse("2-2-0-6-0"), earlier=Split.parse("6-0-1-0-3"))
AHEAD = Situation(split=Split.parse("2-2-0-6-0"), wanted=Split.parse("3-0-7-0-0"))
IMAGINED = replace(SINCE, is_imagined=True)


@pytest.mark.parametrize(
    ("life", "purpose", "direction", "why"),
    [
        (SINCE, "job_seeking", "any", ""),
        (SINCE, "job_seeking", "new", "because Job seeking is new for you"),
        (SINCE, "job_seeking", "rising", "because Job seeking rose by 6"),
        (SINCE, "business_driven", "falling", "because Business driven fell by 4"),
        (SINCE, "vanity_project", "gone", "because Vanity project dropped from 3 to zero"),
        (SINCE, "vanity_project", "falling", "because Vanity project fell by 3"),
        (IMAGINED, "job_seeking", "new", "because Job seeking would be new for you"),
        (IMAGINED, "job_seeking", "rising", "because Job seeking would rise by 6"),
        (IMAGINED, "business_driven", "falling", "because Business driven would fall by 4"),
        (IMAGINED, "vanity_project", "gone", "because Vanity project would drop from 3 to zero"),
        (AHEAD, "learning_sponge", "wanted_more", "because your goal is 7 points higher"),
        (AHEAD, "business_driven", "wanted_more", "because your goal is 1 point higher"),
        (AHEAD, "community_spirit", "wanted_less", "because your goal is 2 points lower"),
    ],
)
def test_the_reason_is_said_where_it_is_not_obvious(life, purpose, direction, why):
    advised = tip(purpose, direction=direction, points_from=0)
    assert life.why(advised) == why
    (at_once,) = [a.at_once for a in choose(life, [advised]) if a.purpose == purpose]
    assert [each.why for each in at_once] == [why]


def test_every_movement_can_be_said_without_anybodys_points():
    assert set(WHEN) == set(Direction) - {Direction.ANY}
