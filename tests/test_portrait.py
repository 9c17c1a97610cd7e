"""The portrait of a split: 1,001 texts, each composed of sentences that staff maintain."""

import re
from collections import Counter
from itertools import pairwise
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction

from purposeapp.advice.portrait import Mix, Shape, Slot, chosen, compose, without_text
from purposeapp.models import PortraitPart
from purposeapp.split import Purpose, Split

SPLITS = list(Split.all())


@pytest.fixture
def parts(db):
    """The sentences of a new installation."""
    return list(PortraitPart.objects.published())


def part(slot="mix", text="A sentence.", position=1, **conditions):
    conditions = dict.fromkeys(("shape", "first", "second", "third", "missing"), "") | conditions
    return SimpleNamespace(key=text, slot=slot, text=text, position=position, **conditions)


# --- All 1,001 -----------------------------------------------------------------------------------


def test_every_split_has_a_whole_portrait(parts):
    assert without_text(parts) == {}
    for split in SPLITS:
        portrait = compose(split, parts)
        assert len(portrait.sentences) == len(Slot)
        assert 40 <= len(" ".join(portrait.sentences).split()) <= 110, split


def test_no_two_sentences_in_a_row_begin_alike(parts):
    for split in SPLITS:
        for before, after in pairwise(compose(split, parts).sentences):
            assert before.split()[0] != after.split()[0], split


def test_no_portrait_has_a_seam(parts):
    """Each sentence begins with a capital, ends with a full stop, and has no placeholder left."""
    for sentence in {sentence for split in SPLITS for sentence in compose(split, parts).sentences}:
        assert re.fullmatch(r"[A-Z][^{}%\[\]_<>]*[a-z]\.", sentence), sentence
        assert "  " not in sentence
        assert sentence.count(".") == 1


def test_every_sentence_is_used_for_some_split(parts):
    used = {each.key for split in SPLITS for each in chosen(split, parts).values()}
    assert {each.key for each in parts} == used


def test_what_a_sentence_names_is_there(parts):
    """A sentence that names a leading purpose is never used where that purpose has no points."""
    for split in SPLITS:
        for each in chosen(split, parts).values():
            named = [Purpose(name) for name in (each.first, each.second, each.third) if name]
            assert all(split[purpose] for purpose in named)
            assert [split[purpose] for purpose in named] == sorted(
                (split[purpose] for purpose in named), reverse=True
            )
            assert not each.missing or not split[Purpose(each.missing)]


DENIALS = {
    "never shares|a secret": ["community_spirit", "vanity_project"],
    "only gets requests": ["community_spirit"],
    "only broadcasts|only reads": ["learning_sponge", "community_spirit"],
    "nobody can thank|never hear from": ["community_spirit", "vanity_project", "job_seeking"],
    "asks for nothing in return": ["business_driven", "job_seeking", "vanity_project"],
    "never meet a customer|free help": ["business_driven"],
    "every message can look like a pitch": ["community_spirit"],
    "nobody (ever )?sees|never come across|blind spot is (visibility|reach|being seen)": [
        "community_spirit",  # that is sharing with as many people as possible
        "vanity_project",
    ],
}
"""Words that a sentence can't use if one of these purposes has points."""


@pytest.mark.parametrize("words", DENIALS)
def test_no_sentence_denies_a_purpose_that_has_points(parts, words):
    for split in SPLITS:
        if any(split[Purpose(name)] for name in DENIALS[words]):
            assert not re.search(words, " ".join(compose(split, parts).sentences)), split


def test_no_sentence_denies_the_purposes_behind_one_that_leads(parts):
    for split in SPLITS:
        if len(split.spent) > 1:
            sentences = " ".join(compose(split, parts).sentences)
            assert not re.search("others get an even share|no point went", sentences), split


# --- Shapes and conditions -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("split", "shape"),
    [
        ("0-10-0-0-0", Shape.ALL_ON_ONE),
        ("5-0-0-5-0", Shape.HALVES),
        ("2-2-2-2-2", Shape.EVEN),
        ("4-1-4-1-0", Shape.TWO_PAIRS),
        ("3-3-2-2-0", Shape.TWO_PAIRS),
        ("4-4-2-0-0", Shape.SHARED_BY_TWO),
        ("3-3-2-1-1", Shape.SHARED_BY_TWO),
        ("3-3-3-1-0", Shape.SHARED_BY_THREE),
        ("6-1-1-1-1", Shape.MOSTLY),
        ("5-4-1-0-0", Shape.LEADS),
        ("3-2-2-2-1", Shape.LEADS),
    ],
)
def test_the_shape_of_a_split(split, shape):
    assert Shape.of(Split.parse(split)) is shape


def test_how_many_splits_have_each_shape():
    assert Counter(map(Shape.of, SPLITS)) == {
        Shape.ALL_ON_ONE: 5,
        Shape.HALVES: 10,
        Shape.EVEN: 1,
        Shape.TWO_PAIRS: 60,
        Shape.SHARED_BY_TWO: 60,
        Shape.SHARED_BY_THREE: 20,
        Shape.MOSTLY: 345,
        Shape.LEADS: 500,
    }


@pytest.mark.parametrize(
    ("split", "leading"),
    [
        ("6-3-1-0-0", ["business_driven", "community_spirit"]),
        ("1-3-6-0-0", ["learning_sponge", "community_spirit"]),
        ("6-2-2-0-0", ["business_driven"]),  # two purposes tie for second place, so there is none
        ("0-5-0-5-0", ["community_spirit", "job_seeking"]),
        ("3-1-3-0-3", ["business_driven", "learning_sponge", "vanity_project"]),
        ("0-0-10-0-0", ["learning_sponge"]),
        ("2-2-2-2-2", []),
    ],
)
def test_which_purposes_lead(split, leading):
    assert Mix(Split.parse(split)).leading == (*leading, None, None, None)[:3]


def test_a_shape_goes_before_purposes_and_more_purposes_before_fewer():
    split = Split.parse("6-3-1-0-0")
    general = part(text="General.")
    one = part(text="One.", first="business_driven")
    two = part(text="Two.", first="business_driven", second="community_spirit", position=9)
    shape = part(text="Shape.", shape="mostly", position=99)
    other = part(text="Other.", shape="halves", first="business_driven")
    assert compose(split, [general]).mix == "General."
    assert compose(split, [two, one, general]).mix == "Two."
    assert compose(split, [general, one, two, shape, other]).mix == "Shape."


def test_of_two_that_ask_the_same_the_smaller_position_wins():
    split = Split.parse("6-4-0-0-0")
    parts = [
        part(text="Jobs.", missing="job_seeking", position=2),
        part(text="Learning.", missing="learning_sponge", position=1),
    ]
    assert compose(split, parts).mix == "Learning."


def test_the_splits_without_a_text_are_named_by_slot():
    found = without_text([part(slot=slot, first="job_seeking") for slot in Slot])
    assert set(found) == set(Slot)
    assert Split.parse("2-2-2-2-2") in found[Slot.MIX]
    assert Split.parse("0-0-0-10-0") not in found[Slot.MIX]
    assert compose(Split.parse("2-2-2-2-2"), []).sentences == []


# --- Constraints ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"slot": "other"}, "portraitpart_slot_is_known"),
        ({"shape": "round"}, "portraitpart_shape_is_known"),
        ({"first": "fun"}, "portraitpart_purposes_are_known"),
        ({"second": "job_seeking"}, "portraitpart_purposes_are_in_order"),
        (
            {"first": "job_seeking", "second": "job_seeking"},
            "portraitpart_purposes_are_in_order",
        ),
        (
            {"first": "job_seeking", "third": "business_driven"},
            "portraitpart_purposes_are_in_order",
        ),
        (
            {"first": "job_seeking", "missing": "job_seeking"},
            "portraitpart_missing_purpose_does_not_lead",
        ),
        ({"text": ""}, "portraitpart_has_text"),
        ({"text": "x" * 241}, "portraitpart_text_is_not_too_long"),
        ({"state": "lost"}, "portraitpart_state_is_known"),
    ],
)
def test_postgresql_refuses(db, values, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        PortraitPart.objects.create(**{"key": "new", "slot": "mix", "text": "So.", **values})
