"""The release rules of a room's picture (disclosure control), and an attack on five people."""

import random

import pytest

from purposeapp.rooms.code import ALPHABET, LENGTH, make_code, read_code
from purposeapp.rooms.picture import MIN_ANSWERS, Picture, in_points, shift_words
from purposeapp.split import Move, Purpose, Split

ALL = list(Split.all())
ROOMS = 1_000
MAX_WALKS = 20_000


def picture(*splits: str) -> Picture:
    return Picture.of([Split.parse(split) for split in splits])


def column(name: str, found: Picture) -> list:
    return [getattr(row, name) for row in found.rows]


@pytest.mark.parametrize("count", range(MIN_ANSWERS))
def test_fewer_than_five_make_no_picture(count):
    with pytest.raises(ValueError, match="needs 5 answers"):
        Picture.of(ALL[:count])


def test_five_show_the_mean_to_a_tenth_and_no_more():
    found = picture("6-2-2-0-0", "6-2-1-1-0", "0-1-3-0-6", "10-0-0-0-0", "1-2-3-4-0")
    assert found.answers == 5
    assert column("mean", found) == ["4.6", "1.4", "1.8", "1.0", "1.2"]
    assert column("middle_half", found) == [""] * 5
    assert column("stands_out", found) == [None] * 5


def test_a_mean_is_rounded_half_up():
    # 1 of 20 people spends a point: a mean of 0.05; and 9.95 for the other purpose.
    found = picture("9-1-0-0-0", *["10-0-0-0-0"] * 19)
    assert column("mean", found) == ["10.0", "0.1", "0.0", "0.0", "0.0"]
    assert column("tenths", picture("9-1-0-0-0", *["10-0-0-0-0"] * 6)) == [99, 1, 0, 0, 0]


@pytest.mark.parametrize("seed", range(20))
def test_every_mean_is_within_half_a_tenth(seed):
    splits = random.Random(seed).choices(ALL, k=5 + seed * 3)
    for row in Picture.of(splits).rows:
        exact = 10 * sum(split[row.purpose] for split in splits) / len(splits)
        assert abs(row.tenths - exact) <= 0.5


def test_ten_show_the_middle_half_and_nine_do_not():
    splits = [f"{n}-{10 - n}-0-0-0" for n in range(10)]
    assert column("middle_half", picture(*splits[:9])) == [""] * 5
    found = picture(*splits)
    assert column("middle_half", found) == ["1 to 10", "3 to 10", *["0 to 1"] * 3]


@pytest.mark.parametrize("count", range(10, 60, 7))
def test_at_least_half_are_in_the_middle_half(count):
    splits = random.Random(count).choices(ALL, k=count)
    for row in Picture.of(splits).rows:
        assert row.low is not None
        assert row.high is not None
        inside = [split for split in splits if row.low <= split[row.purpose] <= row.high]
        assert 2 * len(inside) >= count


def test_a_range_goes_from_one_mark_to_another_and_is_never_one_number():
    found = picture(*["10-0-0-0-0"] * 10, *["9-1-0-0-0"] * 2, "8-2-0-0-0")
    assert column("middle_half", found)[:3] == ["6 to 10", "0 to 1", "0 to 1"]
    found = picture(*["7-3-0-0-0"] * 5, *["3-7-0-0-0"] * 5)
    assert column("middle_half", found)[:2] == ["3 to 10", "3 to 10"]
    found = picture(*["2-3-5-0-0"] * 10)
    assert column("middle_half", found) == ["1 to 3", "3 to 6", "3 to 6", "0 to 1", "0 to 1"]


@pytest.mark.parametrize(
    ("leads", "counted"),
    [
        ([5], [5, None]),  # nobody else
        ([4], None),  # too few for a picture
        ([9, 1], [None, None]),  # one person would be alone
        ([9, 4], [None, None]),
        ([9, 5], [9, 5]),
        ([8, 5, 3], [8, None, None]),  # the smallest group joins the others, who are five then
        ([6, 5, 4], [6, None, None]),
        ([5, 5, 4], [5, None, None]),
    ],
)
def test_a_group_is_counted_with_five_in_it_and_five_or_nobody_outside(leads, counted):
    alone = ["6-1-1-1-1", "1-6-1-1-1", "1-1-6-1-1"]
    splits = [split for split, count in zip(alone, leads, strict=False) for _ in range(count)]
    if counted is None:
        assert len(splits) < MIN_ANSWERS
        return
    found = column("stands_out", picture(*splits))
    assert sorted(filter(None, found)) == sorted(filter(None, counted))


def test_who_has_two_purposes_in_front_is_in_no_group():
    found = picture(*["6-1-1-1-1"] * 7, *["5-5-0-0-0"] * 5)
    assert column("stands_out", found) == [7, None, None, None, None]
    found = picture(*["6-1-1-1-1"] * 7, *["5-5-0-0-0"] * 4)
    assert column("stands_out", found) == [None] * 5


@pytest.mark.parametrize("seed", range(50))
def test_outside_of_the_counted_groups_are_five_or_nobody(seed):
    splits = random.Random(seed).choices(ALL, k=5 + seed % 30)
    counts = list(filter(None, column("stands_out", Picture.of(splits))))
    assert all(count >= 5 for count in counts)
    outside = len(splits) - sum(counts)
    assert outside == 0 or outside >= 5


def test_the_shift_is_in_the_fewest_moves():
    now = picture(*["6-2-2-0-0"] * 4, "6-2-1-1-0")
    future = picture(*["2-6-2-0-0"] * 5)
    moves = now.moves_to(future)
    assert [shift_words(move) for move in moves] == [
        "4 points from Business driven to Community spirit",
        "0.2 points from Job seeking to Learning sponge",
    ]
    assert now.moves_to(now) == []
    one = Move(10, Purpose.JOB_SEEKING, Purpose.COMMUNITY_SPIRIT)
    assert shift_words(one) == "1 point from Job seeking to Community spirit"


@pytest.mark.parametrize("seed", range(20))
def test_a_shift_leads_from_the_one_to_the_other_but_for_rounding(seed):
    rand = random.Random(seed)
    now, future = (Picture.of(rand.choices(ALL, k=5 + seed)) for _ in range(2))
    tenths = {row.purpose: row.tenths for row in now.rows}
    for move in now.moves_to(future):
        tenths[move.source] -= move.points
        tenths[move.target] += move.points
    left = [row.tenths - tenths[row.purpose] for row in future.rows]
    assert sum(map(abs, left)) <= 5
    assert len(now.moves_to(future)) <= 4


@pytest.mark.parametrize("count", [5, 9, 10, 40])
def test_a_picture_is_stored_as_it_is(count):
    found = Picture.of(random.Random(count).choices(ALL, k=count))
    assert Picture.from_json(count, found.to_json()) == found


def test_tenths_are_read_as_points():
    assert [in_points(tenths) for tenths in (0, 1, 24, 100)] == ["0.0", "0.1", "2.4", "10.0"]


def test_a_code_is_clear_and_is_read_however_it_is_typed():
    code = make_code()
    assert len(code) == LENGTH
    assert set(code) <= set(ALPHABET)
    for typed in (code, code.lower(), f" {code[:3]} {code[3:]} ", f"{code[:3]}-{code[3:]}"):
        assert read_code(typed) == code
    for typed in ("", code[1:], code + "C", "0OIL15", "CDFGH\0", "ÇDFGHJ"):
        assert read_code(typed) is None


# --- The attacker ---


class Attacker:
    """An attacker who controls all seats of a room but five, and sees everything that it shows.

    They know their own answers, the number of answers at each moment, and the picture. They can
    name a split if it is among the five others in every room that would look the same.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.others = [self._anybody() for _ in range(5)]
        kinds = [self._anybody, self._extreme, lambda: Split(2, 2, 2, 2, 2)]
        answer = self.random.choice(kinds)
        self.own = [answer() for _ in range(self.random.choice([0, 1, 4, 5, 6, 9, 15, 25]))]
        self.seen = self._sees(self.others)

    def _anybody(self) -> Split:
        return self.random.choice(ALL)

    def _extreme(self) -> Split:
        """Return the split that moves the ends of a range, or makes a group, most."""
        points = [10, 0, 0, 0, 0]
        self.random.shuffle(points)
        return Split(*points)

    def _sees(self, others: list[Split]) -> Picture:
        return Picture.of([*others, *self.own])

    def named(self) -> set[Split]:
        """Return the splits that the attacker can name."""
        return {split for split in set(self.others) if not self._may_be_absent(split)}

    def _may_be_absent(self, split: Split) -> bool:
        """Return whether a room without this split among the five would look the same.

        Search by random walks: people trade points with each other, which keeps the means, and now
        and then one person moves a point alone, which rounding may hide.
        """
        places = [place for place, each in enumerate(self.others) if each == split]
        for attempt in range(MAX_WALKS):
            world = list(self.others)
            for place in places:
                self._trade(world, place)
            for _ in range(attempt % 5):
                self._trade(world, self.random.randrange(5))
            if split not in world and self._sees(world) == self.seen:
                return True
        return False

    def _trade(self, world: list[Split], one: int) -> None:
        """Let one person move a point, and mostly another one move one back."""
        source = self.random.choice(world[one].spent)
        others = [(place, to) for place in range(5) if place != one for to in world[place].spent]
        two, target = self.random.choice([each for each in others if each[1] != source] or others)
        if source == target:
            return
        world[one] = _moved(world[one], source, target)
        if len(self.own) < 5 or self.random.random() < 0.9:
            world[two] = _moved(world[two], target, source)


def _moved(split: Split, source: Purpose, target: Purpose) -> Split:
    points = split.as_dict()
    points[source.value] -= 1
    points[target.value] += 1
    return Split(**points)


@pytest.mark.parametrize("first", range(0, ROOMS, 100))
def test_who_controls_all_seats_but_five_names_no_split(first):
    rooms = [Attacker(seed) for seed in range(first, first + 100)]
    assert {seed: named for seed, room in enumerate(rooms, first) if (named := room.named())} == {}


def test_the_attacker_would_name_a_split_if_it_could_be_named():
    """If all answer alike, the mean is everyone's answer; the join page says so."""
    room = Attacker(0)
    room.others = [Split(10, 0, 0, 0, 0)] * 5
    room.seen = room._sees(room.others)
    assert room.named() == {Split(10, 0, 0, 0, 0)}
