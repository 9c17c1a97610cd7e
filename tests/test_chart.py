"""The picture over time: geometry that nothing falls out of, whatever the history."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from purposeapp.split import Purpose, Split
from purposeapp.timeline.axis import MAX_DATE_MARKS, Axis, spread_out
from purposeapp.timeline.chart import MARK_DISTANCE, MAX_MARKS, MAX_SINGLE, MIN_DISTANCE, draw
from purposeapp.timeline.dates import local_format, time_between
from purposeapp.timeline.snapshot import EXCERPT_LENGTH, Snapshot

SPLITS = list(Split.all())
START = datetime(2025, 3, 3, 10, 15, tzinfo=UTC)


def snapshot(number: int, taken_at: datetime, split: str = "6-2-2-0-0", **extra) -> Snapshot:
    return Snapshot(UUID(int=number), taken_at, Split.parse(split), **extra)


def every(step: timedelta, count: int, **extra) -> list[Snapshot]:
    """So many snapshots at equal distances, each with another split."""
    return [
        Snapshot(UUID(int=number), START + number * step, SPLITS[number * 37 % 1001], **extra)
        for number in range(count)
    ]


@st.composite
def histories(draw_, most: int = 90) -> list[Snapshot]:
    """Histories with ties, equal snapshots, centuries of span, and life events."""
    span = draw_(
        st.sampled_from([0, 60, 86_400, 40 * 86_400, 3 * 365 * 86_400, 400 * 365 * 86_400])
    )
    seconds = draw_(st.lists(st.integers(0, span), min_size=1, max_size=most))
    return [
        Snapshot(
            UUID(int=number),
            datetime(1900, 1, 1, tzinfo=UTC) + timedelta(seconds=second),
            draw_(st.sampled_from(SPLITS)),
            draw_(st.sampled_from(["", "", "New job", "Moved to Lisbon"])),
        )
        for number, second in enumerate(sorted(seconds))
    ]


@given(histories(), st.none() | st.sampled_from(SPLITS))
def test_nothing_overlaps_and_nothing_falls_out(snapshots, goal):
    chart = draw(snapshots, goal)
    assert chart.count == len(snapshots)
    for column in chart.columns:
        assert column.width > 0
        assert -0.01 <= column.left < column.right <= 100.01
        assert [part.points for part in column.parts] == list(column.last.split)
        assert column.parts[0].top == 0
        assert column.parts[-1].bottom == 10
        assert all(upper.bottom == lower.top for upper, lower in pairwise(column.parts))
    for left, right in pairwise(chart.columns):
        assert left.right < right.left
        assert left.last.taken_at <= right.last.taken_at
    if goal:
        assert chart.columns[-1].right < chart.wanted.left
        assert chart.wanted.left + chart.wanted.width <= 100.01
        assert [part.points for part in chart.wanted.parts] == list(goal)
    assert 1 <= len(chart.date_marks) <= MAX_DATE_MARKS
    assert all(0 <= mark.x <= 100 for mark in chart.date_marks)


@given(histories())
def test_every_mark_is_seen(snapshots):
    chart = draw(snapshots)
    told = [column for column in chart.columns if column.event_label]
    assert [mark.column for mark in chart.marks] == told[-MAX_MARKS:]
    assert [mark.number for mark in chart.marks] == list(range(1, len(chart.marks) + 1))
    assert chart.unmarked == max(0, len(told) - MAX_MARKS)
    for mark in chart.marks:
        assert 0 <= mark.x <= 100
        assert 0 < mark.y < 100
        assert mark.lane < chart.lanes
    for lane in range(chart.lanes):
        xs = sorted(mark.x for mark in chart.marks if mark.lane == lane)
        assert all(right - left > MARK_DISTANCE - 0.02 for left, right in pairwise(xs))


@given(histories())
def test_a_column_keeps_the_range_of_all_that_it_stands_for(snapshots):
    columns = draw(snapshots).columns
    assert [each for column in columns for each in column.snapshots] == snapshots
    for column in columns:
        for part in column.parts:
            points = [each.split[part.purpose] for each in column.snapshots]
            assert (part.least, part.most) == (min(points), max(points))
            last = points[-1]
            varies = min(points) != max(points)
            words = f"{last} ({min(points)} to {max(points)})" if varies else str(last)
            assert part.in_words == words


def test_time_is_drawn_as_it_ran():
    days = [0, 100, 150, 400]
    chart = draw([snapshot(n, START + timedelta(days=day)) for n, day in enumerate(days)])
    xs = [column.x for column in chart.columns]
    shares = [(x - xs[0]) / (xs[-1] - xs[0]) for x in xs]
    assert shares == pytest.approx([day / 400 for day in days], abs=0.001)


def test_what_is_too_close_stands_just_far_enough_apart():
    days = [0, 1, 2, 400, 800]
    chart = draw([snapshot(n, START + timedelta(days=day)) for n, day in enumerate(days)])
    xs = [column.x for column in chart.columns]
    assert [right - left for left, right in pairwise(xs)][:2] == pytest.approx([MIN_DISTANCE] * 2)
    assert xs[3] == pytest.approx((xs[-1] + xs[0]) / 2, abs=0.01)


def test_the_nearest_places_that_are_far_enough_apart():
    assert spread_out([], 1, 0, 10) == []
    assert spread_out([1, 5, 9], 2, 0, 10) == pytest.approx([1, 5, 9])
    assert spread_out([5, 5, 5], 2, 0, 10) == pytest.approx([3, 5, 7])
    assert spread_out([0, 0, 0], 2, 0, 10) == pytest.approx([0, 2, 4])
    assert spread_out([10, 10], 2, 0, 10) == pytest.approx([8, 10])


def test_all_in_one_moment_stand_at_equal_distances():
    chart = draw([snapshot(number, START) for number in range(5)])
    gaps = [right.x - left.x for left, right in pairwise(chart.columns)]
    assert gaps == pytest.approx([gaps[0]] * 4, abs=0.02)
    assert [mark.label for mark in chart.date_marks] == ["3 Mar 2025"]


def test_two_columns_are_generous_and_sixty_do_not_overlap():
    two = draw(every(timedelta(days=400), 2))
    assert [column.width for column in two.columns] == [9, 9]
    sixty = draw(every(timedelta(days=3), MAX_SINGLE))
    assert not sixty.is_condensed
    assert [column.width for column in sixty.columns] == pytest.approx([1] * 60, abs=0.01)


def test_more_than_sixty_are_condensed_by_month():
    chart = draw(every(timedelta(days=5), MAX_SINGLE + 1))
    assert chart.is_condensed
    months = [(column.last.on.year, column.last.on.month) for column in chart.columns]
    assert months == sorted(set(months))
    assert chart.columns[0].name == "March 2025"
    assert chart.columns[0].when == "March 2025, the last of 6"
    assert chart.caption.startswith("61 assessments in 10 columns, one for each month that has")
    assert [band.purpose for band in chart.bands] == list(Purpose)


def test_a_month_has_a_column_whatever_the_span():
    two_months = draw(every(timedelta(hours=12), 100))
    assert [column.when for column in two_months.columns] == [
        "March 2025, the last of 58",
        "April 2025, the last of 42",
    ]
    twenty_years = draw(every(timedelta(days=31), 236))
    assert len(twenty_years.columns) == 236
    assert all(column.count == 1 for column in twenty_years.columns)
    assert twenty_years.columns[0].name == "March 2025"


def test_a_hundred_on_one_day_are_one_column():
    chart = draw(every(timedelta(seconds=1), 100))
    assert chart.is_single
    assert chart.caption.startswith("100 assessments in one column, which shows the last of them.")


def test_the_band_of_a_purpose_spans_its_range():
    spread = [
        snapshot(n, START + timedelta(days=n), "6-2-2-0-0" if n % 2 else "2-6-2-0-0")
        for n in range(90)
    ]
    first, _, third, *_ = draw(spread).bands
    assert (first.least, first.most, first.last) == (2, 6, 6)
    assert first.ranges.startswith("M0.0 4h90.0v4h-90.0z")
    assert (third.least, third.most, third.ranges) == (2, 2, "")


def test_a_ribbon_joins_a_purpose_from_column_to_column():
    chart = draw(
        [snapshot(0, START, "6-2-2-0-0"), snapshot(1, START + timedelta(days=9), "2-2-0-6-0")]
    )
    assert [layer.purpose for layer in chart.layers] == list(Purpose)[:4]
    assert chart.layers[0].columns == "M0.0 0h90.0v6h-90.0zM910.0 0h90.0v2h-90.0z"
    assert chart.layers[0].ribbons == "M90.0 0C500.0 0 500.0 0 910.0 0V2C500.0 2 500.0 6 90.0 6Z"


@pytest.mark.parametrize(
    ("days", "labels"),
    [
        (0.2, ["3 Mar 2025, 10:15", "3 Mar 2025, 15:03"]),
        (1, ["3 Mar 2025", "4 Mar 2025"]),
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
    assert [mark.label for mark in axis.date_marks()] == labels


def test_a_narrow_screen_does_without_every_second_date():
    marks = Axis(START, START + timedelta(days=400), 4, 96).date_marks()
    assert [mark.optional for mark in marks] == [False, True, False, True, False]
    assert [mark.anchor for mark in marks][:2] == ["middle", "middle"]


def test_one_column_says_what_will_come():
    chart = draw([snapshot(0, START)])
    assert chart.is_single
    assert (chart.columns[0].left, chart.columns[0].right) == (0, 100)
    assert chart.caption.startswith("One column so far: ten points.")


def test_the_goal_stands_behind_the_time_that_is_over():
    chart = draw(every(timedelta(days=9), 3), Split.parse("2-6-2-0-0"), date(2027, 6, 1))
    assert chart.wanted.by == date(2027, 6, 1)
    assert chart.wanted.left - chart.columns[-1].right > 1
    assert draw(every(timedelta(days=9), 3)).wanted is None


def test_the_events_of_a_month_are_joined_with_their_dates():
    snapshots = [
        snapshot(n, START + timedelta(days=n), event_label="Event" if n in (1, 2, 3, 4, 40) else "")
        for n in range(90)
    ]
    march, april, *_ = draw(snapshots).columns
    assert march.event_label == (
        "Event (5 March 2025); Event (6 March 2025); Event (7 March 2025); 1 more before"
    )
    assert april.event_label == "Event (12 April 2025)"


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


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["3 March 2025", "3 March 2025, 10:15", "March 2025", "3 Mar 2025"]),
        ("de", ["3. März 2025", "3. März 2025 10:15", "März 2025", "03.03.2025"]),
    ],
)
def test_dates_are_written_as_the_language_writes_them(language, words):
    names = ["DATE_FORMAT", "DATETIME_FORMAT", "YEAR_MONTH_FORMAT", "SHORT_DATE_FORMAT"]
    with translation.override(language):
        assert [local_format(START, name) for name in names] == words
