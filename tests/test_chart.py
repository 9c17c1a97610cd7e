"""The chart over time: everything stays within its bounds, whatever the history."""

import re
from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from purposeapp.dates import time_between
from purposeapp.split import Purpose, Split
from purposeapp.timeline.axis import NARROW, WIDE, Axis, spread_out
from purposeapp.timeline.bands import CLOSEST, draw_bands
from purposeapp.timeline.chart import (
    MARK_DISTANCE,
    MAX_COLUMNS,
    MAX_LABELLED,
    MAX_MARKS,
    MIN_DISTANCE,
    TAIL,
    draw,
)
from purposeapp.timeline.snapshot import EXCERPT_LENGTH, Snapshot

SPLITS = list(Split.all())
START = datetime(2025, 3, 3, 10, 15, tzinfo=UTC)


def snapshot(number: int, taken_at: datetime, split: str = "6-2-2-0-0", **extra) -> Snapshot:
    return Snapshot(UUID(int=number), taken_at, Split.parse(split), **extra)


def every(step: timedelta, count: int, **extra) -> list[Snapshot]:
    """Return `count` snapshots at equal intervals, each with another split."""
    return [
        Snapshot(UUID(int=number), START + number * step, SPLITS[number * 37 % 1001], **extra)
        for number in range(count)
    ]


@st.composite
def histories(draw_, least: int = 1, most: int = 90) -> list[Snapshot]:
    """Generate histories with ties, equal snapshots, spans of centuries, and life events."""
    span = draw_(
        st.sampled_from([0, 60, 86_400, 40 * 86_400, 3 * 365 * 86_400, 400 * 365 * 86_400])
    )
    seconds = draw_(st.lists(st.integers(0, span), min_size=least, max_size=most))
    return [
        Snapshot(
            UUID(int=number),
            datetime(1900, 1, 1, tzinfo=UTC) + timedelta(seconds=second),
            draw_(st.sampled_from(SPLITS)),
            draw_(st.sampled_from(["", "", "New job", "Moved to Lisbon"])),
        )
        for number, second in enumerate(sorted(seconds))
    ]


GOALS = st.none() | st.sampled_from(SPLITS)


@given(histories(), GOALS)
def test_nothing_overlaps_and_nothing_falls_out(snapshots, goal):
    chart = draw(snapshots, goal)
    assert [entry.snapshot for entry in chart.entries] == snapshots
    places = [entry.x for entry in chart.entries]
    assert places == sorted(places)
    assert places[0] - chart.width / 2 >= -0.01
    assert places[-1] + chart.width / 2 <= 100.01
    if len(snapshots) <= MAX_COLUMNS:
        assert chart.width > 0
        assert all(right - left > chart.width for left, right in pairwise(places))
    else:
        assert chart.width == 0
    if goal:
        assert places[-1] + chart.width / 2 < chart.wanted.left
        assert chart.wanted.left + chart.wanted.width <= 100.01
        assert [part.points for part in chart.wanted.parts] == list(goal)


def extents(marks, character: float) -> list[tuple[float, float]]:
    """Return the left and right ends of labels, for characters of this width."""
    before = {"start": 0, "middle": 0.5, "end": 1}
    return [
        (mark.x - before[mark.anchor] * width, mark.x + (1 - before[mark.anchor]) * width)
        for mark in marks
        for width in [len(mark.label) * character]
    ]


@given(histories(), GOALS)
def test_no_label_of_a_date_touches_another_or_falls_out(snapshots, goal):
    marks = draw(snapshots, goal).date_marks
    shown = [mark for mark in marks if mark.label]
    assert shown
    upper = [mark for mark in shown if not mark.is_optional and not mark.is_lower]
    lower = [mark for mark in shown if mark.is_lower]
    for row, character in ((shown, WIDE), (upper, NARROW), (lower, NARROW)):
        for one, other in combinations(extents(row, character), 2):
            assert one[1] < other[0] or other[1] < one[0]
    assert all(
        start >= -0.01 and end <= 100.01
        for start, end in extents([*upper, *lower], NARROW) + extents(shown, WIDE)
    )


@given(histories(), GOALS)
def test_no_result_stands_on_the_wrong_side_of_a_date(snapshots, goal):
    chart = draw(snapshots, goal)
    if any(mark.is_moment for mark in chart.date_marks):
        axis = Axis(snapshots[0].taken_at, snapshots[-1].taken_at, 0, (85 if goal else 100) - TAIL)
        assert [entry.x for entry in chart.entries] == pytest.approx(
            [axis.at(snapshot.taken_at) for snapshot in snapshots], abs=0.006
        )
        return
    # Otherwise each day spans exactly the snapshots of that day.
    days = list(dict.fromkeys(snapshot.on for snapshot in snapshots))
    for day, mark in zip(days, chart.date_marks, strict=True):
        assert mark.label in ("", f"{day.day} {day:%b} {day.year}")
        for entry in chart.entries:
            inside = mark.left <= entry.x <= mark.right
            assert inside if entry.snapshot.on == day else not inside or not chart.width


@given(histories())
def test_every_mark_is_seen(snapshots):
    chart = draw(snapshots)
    told = [entry for entry in chart.entries if entry.snapshot.event_label]
    assert [mark.entry for mark in chart.marks] == told[-MAX_MARKS:]
    assert [mark.number for mark in chart.marks] == list(range(1, len(chart.marks) + 1))
    assert chart.unmarked == max(0, len(told) - MAX_MARKS)
    for mark in chart.marks:
        assert 0 <= mark.x <= 100
        assert 0 < mark.y < 100
        assert mark.lane < chart.lanes
    for lane in range(chart.lanes):
        xs = sorted(mark.x for mark in chart.marks if mark.lane == lane)
        assert all(right - left > MARK_DISTANCE - 0.02 for left, right in pairwise(xs))


@pytest.mark.parametrize("days", [[0, 100, 200, 400], [0, 100, 150, *range(300, 401, 10)]])
def test_time_is_drawn_as_it_ran(days):
    chart = draw([snapshot(n, START + timedelta(days=day)) for n, day in enumerate(days)])
    xs = [entry.x for entry in chart.entries]
    shares = [(x - xs[0]) / (xs[-1] - xs[0]) for x in xs]
    assert shares == pytest.approx([day / 400 for day in days], abs=0.001)


def test_columns_that_are_too_close_stand_just_far_enough_apart():
    days = [0, 1, 2, 400, 401, 402, 800]
    assert len(days) > MAX_LABELLED
    chart = draw([snapshot(n, START + timedelta(days=day)) for n, day in enumerate(days)])
    xs = [entry.x for entry in chart.entries]
    assert [b - a for a, b in pairwise(xs)][:2] == pytest.approx([MIN_DISTANCE] * 2, abs=0.02)
    assert xs[4] == pytest.approx((xs[-1] + xs[0]) / 2, abs=0.2)


@pytest.mark.parametrize("days", [[0, 1, 2, 3, 700], [0, 697, 698, 699, 700, 701], [0, 1], [7]])
def test_of_a_few_columns_each_has_its_day_below_it(days):
    chart = draw([snapshot(n, START + timedelta(days=day)) for n, day in enumerate(days)])
    words = [f"{day.day} {day:%b %Y}" for day in (START + timedelta(days=d) for d in days)]
    assert [mark.label for mark in chart.date_marks] == words
    assert [mark.middle for mark in chart.date_marks] == [entry.x for entry in chart.entries]


def test_columns_of_one_day_share_its_date():
    chart = draw([snapshot(n, START + timedelta(hours=h)) for n, h in enumerate([0, 1, 50])])
    first, second, third = chart.entries
    shared, own = chart.date_marks
    assert (shared.label, own.label) == ("3 Mar 2025", "5 Mar 2025")
    assert shared.left < first.x < second.x < shared.right < own.left < third.x


def test_the_time_of_day_is_said_only_where_a_day_has_two():
    chart = draw([snapshot(n, START + timedelta(hours=h)) for n, h in enumerate([0, 1, 50])])
    assert [entry.name for entry in chart.entries] == [
        "3 March 2025, 10:15 UTC",
        "3 March 2025, 11:15 UTC",
        "5 March 2025",
    ]


def test_the_nearest_places_that_are_far_enough_apart():
    assert spread_out([], 1, 0, 10) == []
    assert spread_out([1, 5, 9], 2, 0, 10) == pytest.approx([1, 5, 9])
    assert spread_out([5, 5, 5], 2, 0, 10) == pytest.approx([3, 5, 7])
    assert spread_out([0, 0, 0], 2, 0, 10) == pytest.approx([0, 2, 4])
    assert spread_out([10, 10], 2, 0, 10) == pytest.approx([8, 10])


@pytest.mark.parametrize("count", [5, MAX_COLUMNS + 1])
def test_all_in_one_moment_stand_at_equal_distances(count):
    chart = draw([snapshot(number, START) for number in range(count)])
    gaps = [right.x - left.x for left, right in pairwise(chart.entries)]
    assert gaps == pytest.approx([gaps[0]] * (count - 1), abs=0.02)
    assert [mark.label for mark in chart.date_marks] == ["3 Mar 2025"]


def test_columns_are_as_wide_as_the_closest_leave_them_room():
    assert draw(every(timedelta(days=400), 2)).width == 9
    twelve = draw(
        [*every(timedelta(minutes=1), MAX_COLUMNS - 1), snapshot(99, START.replace(year=2030))]
    )
    assert twelve.width == pytest.approx(0.72 * MIN_DISTANCE, abs=0.01)


def test_a_ribbon_joins_a_purpose_from_column_to_column():
    chart = draw(
        [snapshot(0, START, "6-2-2-0-0"), snapshot(1, START + timedelta(days=9), "2-2-0-6-0")]
    )
    assert [layer.purpose for layer in chart.layers] == list(Purpose)[:4]
    assert chart.layers[0].columns == ("M0.0 0H90.0V6H0.0zM910.0 0H1000.0V2H910.0z")
    assert chart.layers[0].ribbons == "M90.0 0C500.0 0 500.0 0 910.0 0V2C500.0 2 500.0 6 90.0 6z"


# --- Bands ------------------------------------------------------------------------------------


def edge(path: str) -> list[tuple[int, int]]:
    """Return the points of an edge, which is made of level lines and curves of one shape."""
    x, y = map(int, re.match("M([0-9]+) ([0-9]+)", path).groups())
    points = [(x, y)]
    for dx, numbers, ahead, stop in re.findall("h([0-9]+)|c([^a-zA-Z]+)|(H)([0-9]+)V10", path):
        if ahead:
            x = int(stop)
        elif dx:
            x += int(dx)
        else:
            bend, level, same, rise, width, height = map(int, numbers.split())
            assert (bend, level, same, rise) == (width // 2, 0, width // 2, height)
            x, y = x + width, y + height
        points.append((x, y))
    return points


def height(points: list[tuple[int, int]], x: int) -> int | None:
    """Return the y coordinate of an edge at x, or None if it isn't level there."""
    index = bisect_left(points, (x, -1))
    if index < len(points) and points[index][0] == x:
        return points[index][1]
    before, after = points[index - 1], points[min(index, len(points) - 1)]
    return before[1] if before[1] == after[1] else None


@given(histories(least=MAX_COLUMNS + 1), GOALS)
def test_the_bands_show_ten_points_at_each_result(snapshots, goal):
    chart = draw(snapshots, goal)
    assert chart.layers == []
    edges = {band.purpose: edge(band.path) for band in chart.bands}
    end = round(chart.entries[-1].x * 10) * 2
    shown = {0: snapshots[0].split}
    for entry in chart.entries:
        x = round(entry.x * 10) * 2
        shown = {
            at: split for at, split in shown.items() if at // CLOSEST != x // CLOSEST or not at
        }
        shown[x] = entry.snapshot.split
    assert shown[end] == snapshots[-1].split
    for x, split in shown.items():
        top = 0
        for purpose in Purpose:
            if purpose in edges:
                assert height(edges[purpose], x) == top
            else:
                assert split[purpose] == 0
            top += split[purpose]


def test_a_purpose_without_a_point_has_no_band():
    bands = draw([snapshot(n, START + timedelta(days=n)) for n in range(13)]).bands
    assert [band.purpose for band in bands] == list(Purpose)[:3]


def test_an_edge_is_level_at_each_result_and_bends_softly_in_between():
    splits = [Split.parse(text) for text in ("6-4-0-0-0", "6-4-0-0-0", "6-4-0-0-0", "2-8-0-0-0")]
    first, second = draw_bands(splits, [0, 20, 50, 100])
    assert first.path == "M0 0H2000V10H0z"
    assert second.path == "M0 6h1000c500 0 500 -4 1000 -4H2000V10H0z"


def test_a_band_is_named_where_its_name_has_room():
    splits = [Split.parse("8-2-0-0-0"), Split.parse("8-2-0-0-0"), Split.parse("3-2-4-1-0")]
    business, community, learning, job = draw_bands(splits, [0, 96, 100])
    assert (business.label.x, business.label.y) == (pytest.approx(48, abs=5), 40)
    assert (community.label.y, community.label.is_optional) == (90, False)
    assert learning.label is None
    assert job.label is None


def test_a_narrow_screen_does_without_a_name_that_only_a_wide_one_has_room_for():
    full, none = Split.parse("5-5-0-0-0"), Split.parse("10-0-0-0-0")
    _business, community = draw_bands([none, full, full, none], [0, 30, 60, 100])
    assert community.label.is_optional


def test_each_result_has_a_tick_below_the_bands():
    chart = draw(every(timedelta(days=10), 25))
    assert chart.ticks.startswith("M0 0v1M80 0v1M160 0v1")
    assert chart.ticks.count("v1") == 25


@given(histories(least=MAX_COLUMNS + 1), GOALS)
def test_the_newest_result_is_wide_enough_to_be_seen(snapshots, goal):
    chart = draw(snapshots, goal)
    newest, end = chart.entries[-1].x, 85 if goal else 100
    assert end - newest >= TAIL - 0.01
    for band in chart.bands:
        points = edge(band.path)
        stop, last = points[-1]
        assert stop / 20 == pytest.approx(end, abs=0.06)
        assert height(points, round(newest * 10) * 2) == last


@pytest.mark.parametrize(
    ("days", "labels"),
    [
        (0.2, []),
        (1, ["4 Mar 2025"]),
        (4, ["4 Mar 2025", "5 Mar 2025", "6 Mar 2025", "7 Mar 2025"]),
        (30, ["4 Mar 2025", "11 Mar 2025", "18 Mar 2025", "25 Mar 2025", "1 Apr 2025"]),
        (120, ["Apr 2025", "May 2025", "Jun 2025", "Jul 2025"]),
        (400, ["Apr 2025", "Jul 2025", "Oct 2025", "Jan 2026", "Apr 2026"]),
        (1500, ["2026", "2027", "2028", "2029"]),
        (5000, ["2030", "2035"]),
        (200_000, ["2100", "2200", "2300", "2400", "2500"]),
    ],
)
def test_dates_stand_where_days_months_and_years_begin(days, labels):
    axis = Axis(START, START + timedelta(days=days), 0, 100)
    assert [mark.label for mark in axis.calendar_marks()] == labels


def test_days_without_room_for_a_label_keep_their_mark():
    chart = draw(every(timedelta(days=40), MAX_COLUMNS))
    assert len(chart.date_marks) == MAX_COLUMNS
    assert all(chart.date_marks[number].label for number in (0, -1))
    assert any(not mark.label for mark in chart.date_marks)


def test_a_narrow_screen_does_without_some_dates_of_the_calendar():
    marks = draw(every(timedelta(days=20), 21)).date_marks
    assert [mark.label for mark in marks] == [
        "Apr 2025",
        "Jul 2025",
        "Oct 2025",
        "Jan 2026",
        "Apr 2026",
    ]
    assert [mark.is_optional for mark in marks] == [False, True, False, True, False]


def test_one_column_says_what_will_come():
    chart = draw([snapshot(0, START)])
    assert chart.is_single
    assert (chart.entries[0].x, chart.width) == (50, 100)
    assert chart.caption == "Your first result. The next one will appear beside it."


def test_the_goal_stands_behind_the_time_that_is_over():
    chart = draw(every(timedelta(days=9), 3), Split.parse("2-6-2-0-0"), date(2027, 6, 1))
    assert chart.wanted.by == date(2027, 6, 1)
    assert chart.wanted.left - chart.entries[-1].x - chart.width / 2 > 1
    assert draw(every(timedelta(days=9), 3)).wanted is None


def test_a_long_note_is_shortened():
    assert snapshot(0, START, note="Finally.\nAt  last. ").excerpt == "Finally. At last."
    assert snapshot(0, START, note="x" * EXCERPT_LENGTH).excerpt == "x" * EXCERPT_LENGTH
    assert (
        snapshot(0, START, note="x" * (EXCERPT_LENGTH + 1)).excerpt
        == "x" * (EXCERPT_LENGTH - 1) + "…"
    )


@pytest.mark.parametrize(
    ("later", "words"),
    [
        (date(2025, 3, 3), "less than a day"),
        (date(2025, 3, 4), "1 day"),
        (date(2025, 4, 2), "30 days"),
        (date(2025, 4, 3), "1 month"),
        (date(2025, 5, 5), "2 months and 2 days"),
        (date(2026, 3, 3), "1 year"),
        (date(2026, 3, 18), "1 year and 15 days"),
        (date(2027, 5, 3), "2 years and 2 months"),
        (date(2027, 5, 4), "more than 2 years and 2 months"),
    ],
)
def test_the_time_between_two_days_is_said_as_people_say_it(later, words):
    assert time_between(date(2025, 3, 3), later) == words
