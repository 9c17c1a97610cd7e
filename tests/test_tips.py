from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from itertools import product

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils import timezone

from purposeapp.advice.fit import Audience, Direction, Side, Situation
from purposeapp.advice.selection import MAX_NEEDED, choose
from purposeapp.advice.tip_index import TipIndex
from purposeapp.models import Tick, Tip
from purposeapp.models.published_version import published_version
from purposeapp.split import Purpose, Split
from purposeapp.web.published import Published
from tests.support.make import NOON, make_tip

first_tips = import_module("purposeapp.migrations.0002_first_tips")
tips_for_change = import_module("purposeapp.migrations.0007_tips_for_change")
plain_words = import_module("purposeapp.migrations.0012_tips_in_plain_words")
thanks = import_module("purposeapp.migrations.0027_thanks_to_pass_on")
thanks_first = import_module("purposeapp.migrations.0033_thanks_before_the_tips")
plain_again = import_module("purposeapp.migrations.0043_plain_words_again")
discreet = import_module("purposeapp.migrations.0046_discreet_tips")


def test_a_new_database_has_tips_on_every_purpose(db):
    counts = {purpose: Tip.objects.filter(purpose=purpose).count() for purpose in Purpose}
    assert list(counts.values()) == [12, 10, 9, 19, 7]
    both_sides = Tip.objects.filter(purpose=Purpose.JOB_SEEKING).values_list("audience", flat=True)
    assert set(both_sides) == {"candidate", "employer"}
    assert {tip.state for tip in Tip.objects.all()} == {"published"}


def test_what_was_said_first_is_part_of_the_history(db):
    first = plain_words.texts_as_loaded()
    first |= {key: text for (key, *_, text) in plain_words.FEW_OR_MANY_POINTS}
    for tip in Tip.objects.all():
        texts = list(tip.history.order_by("history_id").values_list("text", flat=True))
        said = [first.get(tip.key, tip.text)]
        if tip.key in plain_words.SAID_ANEW:
            said.append(plain_words.SAID_ANEW[tip.key][0])
        if tip.key == thanks.KEY:
            said += [thanks.AFTER, thanks_first.AFTER]
        if said[-1] in plain_again.NEW["Tip"]:
            said.append(plain_again.NEW["Tip"][said[-1]])
        said += [
            after["text"]
            for model, before, after in discreet.CHANGES
            if model == "Tip" and before["text"] == said[-1]
        ]
        assert texts == said
        assert texts[-1] == tip.text


def test_the_first_tips_can_be_unloaded_and_loaded_again(db, user):
    before = set(Tip.objects.values_list("key", "points_from", "points_to", "text"))
    Tick.objects.create(user=user, tip=Tip.objects.get(key="jobs-new"), verdict="done")
    discreet.restore(apps, None)
    plain_again.restore(apps, None)
    thanks_first.restore(apps, None)
    thanks.restore(apps, None)
    plain_words.unload(apps, None)
    assert dict(Tip.objects.values_list("key", "text")) == plain_words.texts_as_loaded()
    tips_for_change.unload(apps, None)
    assert not Tip.objects.exclude(direction="any").exists()
    first_tips.unload(apps, None)
    assert not Tip.objects.exists()
    assert not Tip.history.exists()
    first_tips.load(apps, None)
    tips_for_change.load(apps, None)
    plain_words.load(apps, None)
    thanks.reword(apps, None)
    thanks_first.reword(apps, None)
    plain_again.reword(apps, None)
    discreet.reword(apps, None)
    assert set(Tip.objects.values_list("key", "points_from", "points_to", "text")) == before


def test_thanks_that_staff_said_in_their_own_words_stay_theirs(db):
    thanks_first.restore(apps, None)
    thanks.restore(apps, None)
    Tip.objects.filter(key=thanks.KEY).update(text="Theirs.")
    thanks.reword(apps, None)
    thanks_first.reword(apps, None)
    assert Tip.objects.get(key=thanks.KEY).text == "Theirs."


def test_what_staff_call_like_one_of_ours_stays_theirs(db):
    Tip.objects.filter(key="jobs-new").update(text="Theirs.")
    tips_for_change.load(apps, None)
    assert Tip.objects.get(key="jobs-new").text == "Theirs."


def test_what_staff_said_in_their_own_words_is_not_said_anew(db):
    plain_words.unload(apps, None)
    Tip.objects.filter(key="jobs-headline").update(text="Theirs.", points_from=5)
    plain_words.load(apps, None)
    plain_words.unload(apps, None)
    theirs = Tip.objects.get(key="jobs-headline")
    assert (theirs.text, theirs.points_from) == ("Theirs.", 5)


def test_every_tip_of_ours_is_one_that_staff_could_have_saved(db):
    for tip in Tip.objects.all():
        tip.full_clean()


def test_every_split_has_something_worth_reading_on_each_of_its_purposes(db):
    tips = list(Tip.objects.published())
    for split in Split.all():
        for side in Side:
            advice = choose(Situation(split, side=side), tips)
            assert [each.purpose for each in advice] == split.spent
            for each in advice:
                assert each.at_once
                assert not each.has_more


def test_a_goal_with_more_or_fewer_points_has_a_tip_of_its_own_on_every_purpose(db):
    for direction in (Direction.WANTED_MORE, Direction.WANTED_LESS):
        tips = Tip.objects.published().filter(direction=direction)
        assert set(tips.values_list("purpose", flat=True)) == set(Purpose)


def test_after_a_redundancy_one_tip_is_about_fixed_hours_and_none_about_leads_without_points(db):
    tips = list(Tip.objects.published())
    for split in Split.all():
        situation = Situation(split, Split.parse("6-2-2-0-0"), side=Side.CANDIDATE)
        fitting = [tip for tip in tips if situation.fits(tip)]
        assert sum("fixed hours" in tip.text for tip in fitting) <= 1
        if not split.business_driven:
            assert not any(tip.purpose == Purpose.BUSINESS_DRIVEN for tip in fitting)


def some_situations() -> Iterator[Situation]:
    """Yield situations for one in twenty splits, with all kinds of movement and sides in turn."""
    splits = list(Split.all())
    for number in range(0, 1_001, 20):
        yield Situation(
            splits[number],
            earlier=splits[number * 7 % 1_001] if number % 3 else None,
            wanted=splits[number * 13 % 1_001] if number % 4 else None,
            side=list(Side)[number // 20 % 3],
        )


def test_the_index_finds_what_choosing_needs_and_little_more(db):
    every_kind = [
        kind
        for kind in product(Purpose, Audience, Direction, [(0, 10), (1, 4), (3, 10)])
        if kind[0] == Purpose.JOB_SEEKING or kind[1] == Audience.EVERYONE
    ]
    Tip.objects.bulk_create(
        Tip(
            key=f"made-{number}-{copy}",
            purpose=purpose,
            audience=audience,
            direction=direction,
            points_from=0 if direction == "gone" else band[0],
            points_to=band[1],
            position=number * 37 % 101,
            text="Be kind.",
            state="draft" if copy == 8 else "published",
        )
        for number, (purpose, audience, direction, band) in enumerate(every_kind)
        for copy in range(9)
    )
    published = list(Tip.objects.published())
    index = TipIndex(published)
    for situation in some_situations():
        wanted = choose(situation, published)
        best = {each.tip.id for advice in wanted for each in advice.at_once}
        assert any(advice.has_more for advice in wanted)
        for declined in (set(), best):
            found = index.fitting(situation, declined)
            assert choose(situation, found, declined) == choose(situation, published, declined)
            kinds = sum(len(situation.directions(purpose)) for purpose in Purpose)
            assert len(found) <= MAX_NEEDED * kinds * len(situation.side.audiences) * 2


def test_a_tip_shows_from_its_day_on(db, monkeypatch):
    tip = make_tip(published_from=date(2026, 3, 2))
    seen = []
    for hour in (23, 24):
        now = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=hour)
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        seen.append((tip in Tip.objects.published(), published_version()))
    (before, version), (after, newer) = seen
    assert (before, after) == (False, True)
    assert version != newer


def test_a_draft_does_not_change_the_version_of_what_is_published(db):
    before = published_version()
    tip = make_tip(state="draft")
    assert published_version() == before
    Tip.objects.filter(pk=tip.pk).update(state="published")
    assert published_version() != before


def test_what_readers_saw_is_the_newest_wording_by_then(db):
    Tip.objects.all().delete()
    Tip.history.all().delete()
    days = [NOON + timedelta(days=day) for day in range(7)]
    first = make_tip(text="First.")
    for text, state, purpose in [
        ("Second.", "published", "business_driven"),
        ("Third.", "draft", "business_driven"),
        ("Fourth.", "published", "job_seeking"),
        ("Fifth.", "published", "job_seeking"),
    ]:
        first.text, first.state, first.purpose = text, state, purpose
        first.save()
    first.delete()
    # The fourth and the fifth have the same timestamp.
    for row, day in zip(Tip.history.order_by("history_id"), [0, 1, 2, 3, 3, 5], strict=True):
        row.history_date = days[day]
        row.save()
    hour = timedelta(hours=1)
    for moment, texts in [
        (days[0] - hour, []),
        (days[0], ["First."]),
        (days[1] + hour, ["Second."]),
        (days[2], []),
        (days[3], ["Fifth."]),
        (days[4], ["Fifth."]),
        (days[5], []),
        (days[6], []),
    ]:
        seen = Tip.history.as_readers_saw_them(moment)
        assert [row.text for row in seen] == texts


def test_what_readers_saw_had_come_to_its_day(db):
    Tip.objects.all().delete()
    Tip.history.all().delete()
    make_tip(published_from=date(2026, 3, 2))
    Tip.history.update(history_date=NOON - timedelta(days=9))
    for hours, shown in [(0, 0), (11, 0), (12, 1)]:
        assert len(Tip.history.as_readers_saw_them(NOON + timedelta(hours=hours))) == shown


def test_what_a_worker_keeps_is_what_readers_saw_at_any_time(db, django_assert_num_queries):
    Tip.objects.all().delete()
    Tip.history.all().delete()
    tips = [make_tip(key=f"tip-{number}", text=f"{number}") for number in range(4)]
    tips[0].text = "Anew."
    tips[0].save()
    tips[1].state = "draft"
    tips[1].save()
    tips[2].published_from = (NOON + timedelta(days=6)).date()
    tips[2].save()
    tips[3].delete()
    days = [0, 1, 1, 2, 3, 4, 4, 8]
    for row, day in zip(Tip.history.order_by("history_id"), days, strict=True):
        row.history_date = NOON + timedelta(days=day)
        row.save()
    situation = Situation(Split.parse("10-0-0-0-0"))
    kept = Published()
    times = [NOON + timedelta(hours=hours) for hours in range(-12, 24 * 11, 6)]

    def texts_as_seen() -> list[set[str]]:
        return [{tip.text for tip in kept.tips_as_seen(time, situation, ())} for time in times]

    seen = texts_as_seen()
    assert seen == [{tip.text for tip in Tip.history.as_readers_saw_them(time)} for time in times]
    assert {len(texts) for texts in seen} >= {0, 1, 2, 3}
    with django_assert_num_queries(0):
        assert texts_as_seen() == seen


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"purpose": "world_peace"}, "tip_purpose_is_one_of_five"),
        ({"purpose": "job_seeking", "audience": "nobody"}, "tip_audience_is_known"),
        ({"audience": "candidate"}, "tip_for_one_side_is_for_job_seeking"),
        ({"text": "", "key": "empty"}, "tip_has_text"),
        ({"text": "x" * 1001, "key": "long"}, "tip_text_is_not_too_long"),
        ({"key": "business-groups"}, "tip_key"),
    ],
)
def test_postgresql_refuses_a_tip_that_makes_no_sense(db, fields, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make_tip(**fields)
