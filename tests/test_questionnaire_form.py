from itertools import product

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from purposeapp.forms import QuestionnaireForm, ten_points
from purposeapp.forms.ten_points import read_points
from purposeapp.split import BUDGET, NOT_A_WHOLE_NUMBER, Purpose, Split, budget_error
from tests.support.make import points


def sent(*typed: str) -> QuestionnaireForm:
    data = QueryDict(mutable=True)
    data.update(dict(zip(Purpose.values, typed, strict=True)))
    return QuestionnaireForm(data)


@pytest.mark.parametrize(
    ("text", "number"),
    [("6", 6), (" 6 ", 6), ("\t6", 6), ("", 0), ("  ", 0), ("007", 7), ("000", 0), ("11", 11)],
)
def test_numbers_are_read_kindly(text, number):
    assert read_points(text) == number


@pytest.mark.parametrize(
    "text",
    ["six", "-1", "+1", "1.0", "1,0", "1e1", "0x1", "1_0", "٣", "²", "½", "1 0", "\0", "9" * 5_000],
)
def test_what_is_not_a_whole_number_is_refused_at_its_field(text):
    form = sent(text, "10", "0", "0", "0")
    assert form.errors == {"business_driven": [NOT_A_WHOLE_NUMBER]}


@pytest.mark.parametrize("total", range(51))
def test_a_form_is_accepted_exactly_when_it_spends_ten(total):
    """Try every sum that five fields of 0 to 10 can have, spread evenly and unevenly."""
    even = [total // 5 + (i < total % 5) for i in range(5)]
    uneven = [min(10, max(0, total - 10 * i)) for i in range(5)]
    for numbers in (even, uneven, uneven[::-1]):
        assert sum(numbers) == total
        form = sent(*map(str, numbers))
        assert form.is_valid() == (total == BUDGET)
        assert form.non_field_errors() == ([] if total == BUDGET else [budget_error(total)])


def test_the_sum_is_off_in_words_that_say_what_to_do():
    assert sent("6", "2", "", "", "").non_field_errors() == [
        "You have used 8 of 10 points. Add 2 more."
    ]
    assert sent("6", "2", "2", "2", "").non_field_errors() == [
        "You have used 12 of 10 points. Take 2 away."
    ]
    assert sent("11", "", "", "", "").non_field_errors() == [
        "You have used 11 of 10 points. Take 1 away."
    ]


anything = st.text(max_size=8) | st.integers(-3, 14).map(str) | st.sampled_from(["", " 2", "05"])


@given(st.tuples(anything, anything, anything, anything, anything))
def test_hostile_input_is_accepted_exactly_when_it_is_ten_whole_points(typed):
    def whole(text):
        digits = text.strip()
        return digits == "" or (digits.isascii() and digits.isdigit())

    expected = all(map(whole, typed)) and sum(int(text.strip() or 0) for text in typed) == BUDGET
    form = sent(*typed)
    assert form.is_valid() == expected
    if expected:
        assert sum(form.split) == BUDGET


def test_a_field_that_is_missing_is_refused():
    data = QueryDict(mutable=True)
    data.update(points("10-0-0-0-0"))
    del data["vanity_project"]
    assert QuestionnaireForm(data).errors == {"vanity_project": [NOT_A_WHOLE_NUMBER]}


def test_a_field_that_is_sent_twice_is_refused():
    data = QueryDict(mutable=True)
    data.update(points("9-0-0-0-0"))
    data.setlist("job_seeking", ["1", "1"])
    assert QuestionnaireForm(data).errors == {"job_seeking": [NOT_A_WHOLE_NUMBER]}


def stepped(step: str, *typed: str) -> QuestionnaireForm:
    data = QueryDict(mutable=True)
    data.update(dict(zip(Purpose.values, typed, strict=True)) | {"step": step})
    return QuestionnaireForm.redisplay(data)


def values(form) -> list[str]:
    return [str(form[name].value()) for name in Purpose.values]


@pytest.mark.parametrize(
    ("step", "typed", "expected", "rest"),
    [
        ("business_driven+", ["0", "", "", "", ""], ["1", "", "", "", ""], 9),
        ("business_driven-", ["3", "", "", "", ""], ["2", "", "", "", ""], 8),
        ("business_driven-", ["0", "", "", "", ""], ["0", "", "", "", ""], 10),
        ("job_seeking+", ["10", "", "", "", ""], ["10", "", "", "", ""], 0),
        ("job_seeking+", ["12", "", "", "", ""], ["12", "", "", "", ""], -2),
        ("business_driven-", ["12", "", "", "", ""], ["11", "", "", "", ""], -1),
        ("job_seeking+", ["six", "", "", "2", ""], ["six", "", "", "3", ""], 7),
        ("nonsense+", ["1", "", "", "", ""], ["1", "", "", "", ""], 9),
        ("", ["1", "", "", "", ""], ["1", "", "", "", ""], 9),
    ],
)
def test_a_step_moves_one_point_and_loses_nothing_that_was_typed(step, typed, expected, rest):
    form = stepped(step, *typed)
    assert values(form) == expected
    assert form.points_left == rest
    assert not form.is_bound


def test_a_step_keeps_the_submission():
    data = QueryDict(mutable=True)
    data.update(points("1-0-0-0-0", step="job_seeking+", submission="kept"))
    assert QuestionnaireForm.redisplay(data)["submission"].value() == "kept"


def test_each_number_is_parsed_once(monkeypatch):
    """However often a page reads the points, the remaining ones, the errors and the split."""
    parsed = []
    monkeypatch.setattr(ten_points, "read_points", lambda text: parsed.append(text) or int(text))
    bound = sent("6", "2", "2", "0", "0")
    unbound = QuestionnaireForm(initial=Split(1, 2, 3, 4, 0).as_dict())
    for form in (bound, unbound):
        assert form.is_valid() == form.is_bound
        assert (form.points_used, form.points_left, form.status) == (10, 0, "0 of 10 points left")
        assert [field.points for field in form.purpose_fields] == list(form.split)
    assert len(parsed) == 2 * len(Purpose)


def test_the_status_says_where_the_budget_stands():
    texts = [sent(str(n), "", "", "", "").status for n in (0, 3, 10, 12)]
    assert texts == [
        "10 of 10 points left",
        "7 of 10 points left",
        "0 of 10 points left",
        "You have used 12 of 10 points. Take 2 away.",
    ]


def test_a_split_that_the_form_accepts_is_what_was_typed():
    for numbers in product(range(0, 11, 5), repeat=5):
        form = sent(*map(str, numbers))
        if form.is_valid():
            assert tuple(form.split) == numbers
