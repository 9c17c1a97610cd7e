from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from purposeapp.models import Tip
from purposeapp.split import Purpose
from tests.make import make_tip

first_tips = import_module("purposeapp.migrations.0002_first_tips")


def test_a_new_database_has_tips_on_every_purpose(db):
    counts = {purpose: Tip.objects.filter(purpose=purpose).count() for purpose in Purpose}
    assert list(counts.values()) == [6, 4, 4, 7, 1]
    both_sides = Tip.objects.filter(purpose=Purpose.JOB_SEEKING).values_list("audience", flat=True)
    assert set(both_sides) == {"candidate", "employer"}


def test_what_was_said_first_is_part_of_the_history(db):
    for tip in Tip.objects.all():
        assert tip.history.get().text == tip.text


def test_the_first_tips_can_be_unloaded_and_loaded_again(db):
    before = set(Tip.objects.values_list("key", "text"))
    first_tips.unload(apps, None)
    assert not Tip.objects.exists()
    assert not Tip.history.exists()
    first_tips.load(apps, None)
    assert set(Tip.objects.values_list("key", "text")) == before


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"purpose": "world_peace"}, "tip_purpose_is_one_of_five"),
        ({"audience": "nobody"}, "tip_audience_is_known"),
        ({"text": "", "key": "empty"}, "tip_has_text"),
        ({"key": "business-groups"}, "tip_key"),
    ],
)
def test_postgresql_refuses_a_tip_that_makes_no_sense(db, fields, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make_tip(**fields)
