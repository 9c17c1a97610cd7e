"""The newest migrations lose nothing of a database that earlier code filled."""

from datetime import UTC, date, datetime
from importlib import import_module
from unicodedata import normalize

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from purposeapp.models import (
    CommunityPicture,
    Goal,
    PortraitPart,
    Room,
    Talk,
    TalkQuestion,
    Tick,
    Tip,
)
from tests.support.make import make_tip

plain_words = import_module("purposeapp.migrations.0012_tips_in_plain_words")
plainer_words = import_module("purposeapp.migrations.0015_plainer_words")
truer_portraits = import_module("purposeapp.migrations.0018_truer_portraits")
who_comes_first = import_module("purposeapp.migrations.0028_who_comes_first")
who_shares = import_module("purposeapp.migrations.0032_no_blind_spot_for_who_shares")
plainer_question = import_module("purposeapp.migrations.0037_plainer_talk_question")
more_and_fewer_points = import_module("purposeapp.migrations.0039_more_and_fewer_points")
questions_to_read_aloud = import_module("purposeapp.migrations.0042_questions_to_read_aloud")
plain_again = import_module("purposeapp.migrations.0043_plain_words_again")
discreet = import_module("purposeapp.migrations.0046_discreet_tips")

BEFORE = [("purposeapp", "0008_validate_constraints")]
"""The migration at which the oldest database to preserve was created."""

LONG_AGO = datetime(2024, 5, 10, 10, 15, tzinfo=UTC)
POINTS = {
    "business_driven": 1,
    "community_spirit": 1,
    "learning_sponge": 0,
    "job_seeking": 8,
    "vanity_project": 0,
}


def migrate(targets):
    """Migrate to these targets, and return the historical app registry of that state."""
    with connection.cursor() as cursor:
        # PostgreSQL can't alter a table while it has deferred constraint checks pending.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    executor = MigrationExecutor(connection)
    return executor.migrate(targets).apps


def rows_of(apps):
    """Return every row that these models can read, by model."""
    return {
        model.__name__: list(model._base_manager.order_by("pk").values())
        for model in apps.get_app_config("purposeapp").get_models()
    }


def fill(apps):
    """Create at least one row of each model, with a value in every column."""
    model = apps.get_app_config("purposeapp").get_model
    for n, side in enumerate(["", "candidate", "employer", "both"]):
        user = model("User").objects.create(email=f"person{n}@example.org", seeks_as=side)
        model("Assessment").objects.create(
            user=user,
            taken_at=LONG_AGO,
            event="other",
            event_words="In own words ✓",
            note="Nobody saw\nit “coming”.",
            **POINTS,
        )
        model("Goal").objects.create(user=user, set_at=LONG_AGO, ended_at=LONG_AGO, **POINTS)
        model("Goal").objects.create(user=user, wanted_by=date(2027, 5, 1), **POINTS)
        model("Reminder").objects.create(
            user=user, rhythm="every_6_months", due_on=date(2026, 12, 1), last_sent_at=LONG_AGO
        )
        model("Session").objects.create(session_key=f"key{n}", user=user, expire_date=LONG_AGO)
        tip = model("Tip").objects.order_by("pk")[n]
        model("Tick").objects.create(user=user, tip=tip, verdict="done")
        version = model("HistoricalTip").objects.filter(id=tip.pk).latest("history_id")
        version.history_id, version.text = None, "A second version."
        version.history_user_id, version.history_change_reason = user.pk, "Shorter."
        version.save()


def but_its_words(tip):
    """Return a tip's fields without those that 0012 and 0046 rewrite: its text and its points."""
    rewritten = ("text", "points_from", "points_to")
    return {name: value for name, value in tip.items() if name not in rewritten}


@pytest.mark.django_db
def test_every_row_is_the_same_forth_and_back_and_forth_again():
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    before = migrate(BEFORE)
    fill(before)
    stored = rows_of(before)
    assert all(stored.values()), "a kind of row is missing"
    migrate(newest)
    expect_kept(stored, rows_of(before))
    expect_read_by_the_newest_models()
    migrate(BEFORE)
    assert rows_of(before) == stored
    migrate(newest)
    expect_kept(stored, rows_of(before))


def expect_kept(stored, rows):
    """Assert that all rows are unchanged, except for what 0012 and 0046 rewrite in tips."""
    said_anew = {name: (rows.pop(name), stored[name]) for name in ("Tip", "HistoricalTip")}
    assert rows == {name: stored[name] for name in rows}
    now, then = said_anew["Tip"]
    keys = {tip["key"] for tip in then}
    added = [*plain_words.FEW_OR_MANY_POINTS, plain_again.NEW_TIP, *discreet.NEW_TIPS]
    assert len(now) == len(then) + len(added)
    assert [but_its_words(tip) for tip in now if tip["key"] in keys] == [
        but_its_words(tip) for tip in then
    ]
    now, then = said_anew["HistoricalTip"]
    assert [version for version in now if version in then] == then


def expect_read_by_the_newest_models():
    from purposeapp.models import Assessment, User

    sides = User.objects.order_by("email").values_list("side", flat=True)
    assert list(sides) == ["", "candidate", "employer", "both"]
    for user in User.objects.all():
        assessment = Assessment.objects.for_user(user).get()
        assert str(assessment.split) == "1-1-0-8-0"
        assert assessment.event_label == "In own words ✓"


@pytest.mark.django_db
def test_sentences_are_said_anew_unless_staff_changed_them():
    before = [("purposeapp", "0014_plain_words")]
    Part = migrate(before).get_model("purposeapp", "PortraitPart")
    originals = dict(Part.objects.values_list("key", "text"))
    assert set(plainer_words.REWORDED) <= set(originals.values())
    theirs = Part.objects.get(key="blind-spot-job-without-community")
    assert theirs.text in plainer_words.REWORDED
    Part.objects.filter(pk=theirs.pk).update(text="The blind spot is ours.")
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    Part = migrate(leaves).get_model("purposeapp", "PortraitPart")
    now = dict(Part.objects.values_list("key", "text"))
    assert now.pop(plainer_words.NEW_KEY) == who_shares.REWORDED[plainer_words.NEW_TEXT]
    plainer = {key: plainer_words.REWORDED.get(text, text) for key, text in originals.items()}
    assert set(truer_portraits.REWORDED) <= set(plainer.values())
    newer = {key: truer_portraits.REWORDED.get(text, text) for key, text in plainer.items()}
    assert set(who_comes_first.REWORDED) <= set(newer.values())
    latest = {key: who_comes_first.REWORDED.get(text, text) for key, text in newer.items()}
    assert set(who_shares.REWORDED) <= {*latest.values(), plainer_words.NEW_TEXT}
    truest = {key: who_shares.REWORDED.get(text, text) for key, text in latest.items()}
    again = plain_again.NEW["PortraitPart"]
    assert set(again) <= set(truest.values())
    newer = {key: again.get(text, text) for key, text in truest.items()}
    assert set(discreet.NEW["PortraitPart"]) <= set(newer.values())
    newest = {key: discreet.NEW["PortraitPart"].get(text, text) for key, text in newer.items()}
    assert now == newest | {theirs.key: "The blind spot is ours."}
    Part = migrate(before).get_model("purposeapp", "PortraitPart")
    back = dict(Part.objects.values_list("key", "text"))
    assert back == originals | {theirs.key: "The blind spot is ours."}


def test_questions_are_worded_to_be_read_aloud_unless_staff_changed_them(db):
    (old, new), (_, others) = questions_to_read_aloud.NEW.items()
    question, theirs = (TalkQuestion.objects.get(text=text) for text in (new, others))
    assert TalkQuestion.history.filter(id=question.pk, text=new).count() == 1
    questions_to_read_aloud.restore(apps, None)
    assert TalkQuestion.history.filter(id=question.pk).first().text == old
    TalkQuestion.objects.filter(pk=theirs.pk).update(text="Ours.")
    questions_to_read_aloud.reword(apps, None)
    question.refresh_from_db()
    theirs.refresh_from_db()
    assert (question.text, theirs.text) == (new, "Ours.")


def test_questions_speak_of_points_unless_staff_changed_them(db):
    questions_to_read_aloud.restore(apps, None)
    old, new = next(iter(more_and_fewer_points.NEW.items()))
    question = TalkQuestion.objects.get(text=new)
    theirs = TalkQuestion.objects.get(text=list(more_and_fewer_points.NEW.values())[1])
    assert TalkQuestion.objects.filter(text__in=more_and_fewer_points.NEW.values()).count() == 3
    assert TalkQuestion.history.filter(id=question.pk, text=new).count() == 1
    more_and_fewer_points.restore(apps, None)
    assert list(TalkQuestion.history.filter(id=question.pk).values_list("text", flat=True)) == [old]
    TalkQuestion.objects.filter(pk=theirs.pk).update(text="Ours.")
    more_and_fewer_points.reword(apps, None)
    question.refresh_from_db()
    theirs.refresh_from_db()
    assert (question.text, theirs.text) == (new, "Ours.")


def test_a_talk_question_is_said_anew_unless_staff_changed_it(db):
    questions_to_read_aloud.restore(apps, None)
    question = TalkQuestion.objects.get(text=plainer_question.NEW)
    versions = TalkQuestion.history.filter(id=question.pk)
    assert versions.filter(text=plainer_question.NEW).count() == 1
    plainer_question.restore(apps, None)
    assert list(versions.values_list("text", flat=True)) == [plainer_question.OLD]
    TalkQuestion.objects.filter(pk=question.pk).update(text="Ours.")
    plainer_question.reword(apps, None)
    question.refresh_from_db()
    assert (question.text, versions.count()) == ("Ours.", 1)


def test_a_sentence_that_staff_gave_another_condition_stays_theirs(db):
    who_shares.restore(apps, None)
    theirs = PortraitPart.objects.get(key="blind-spot-business-without-vanity")
    text = theirs.text
    assert text in who_shares.REWORDED
    PortraitPart.objects.filter(pk=theirs.pk).update(missing="community_spirit")
    who_shares.reword(apps, None)
    theirs.refresh_from_db()
    assert theirs.text == text
    assert not PortraitPart.history.filter(
        id=theirs.pk, history_change_reason=who_shares.REASON
    ).exists()


@pytest.mark.django_db
def test_names_that_newer_rules_refuse_are_made_readable():
    old = migrate([("purposeapp", "0033_thanks_before_the_tips")])
    model = old.get_app_config("purposeapp").get_model
    user = model("User").objects.create(email="a@example.org")
    names = {
        "Anna": "Anna",
        "فاطمه\u200cزهرا": "فاطمه\u200cزهرا",  # noqa: RUF001
        "J.R. Sm\u00edth": "J.R. Sm\u00edth",
        "evil.рф": "evil рф",
        "evil。\u200dcom/x": "evil com/x",
        "www\u200b.e\u200dvil": "www evil",
        "\u202eAn\u200dn\x1b[31m": "Ann[31m",
        "A\u200bt 1.2.3.4": "At 1 2 3 4",
        "ｈｔｔｐ：／／evil": "http //evil",  # noqa: RUF001
        "\u2605": "Someone",
        "\u3164": "Someone",
        "น้ำ": "น้ำ",
        f"{'ﷺ' * 39}\u200b": normalize("NFKC", "ﷺ" * 39)[:40].rstrip(),
    }
    for number, name in enumerate(names):
        model("Talk").objects.create(inviter=user, name=name, invite_hash=f"{number:064x}")
    titles = {"\u202e\u3164": "Room", "!?": "!?", "＠b\u200b": "b", "Team 2.0": "Team 2.0"}  # noqa: RUF001
    for title in titles:
        model("Room").objects.create(host=user, title=title)
    migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())
    assert list(Talk.objects.order_by("invite_hash").values_list("name", flat=True)) == list(
        names.values()
    )
    assert sorted(Room.objects.values_list("title", flat=True)) == sorted(titles.values())


@pytest.mark.django_db
def test_dates_of_goals_that_no_form_takes_are_moved_within_its_bounds():
    old = migrate([("purposeapp", "0034_plainly_visible_names")])
    model = old.get_app_config("purposeapp").get_model
    user = model("User").objects.create(email="a@example.org")
    days = {
        None: None,
        date(2024, 5, 9): date(2024, 5, 9),
        date(2044, 5, 10): date(2044, 5, 10),
        date(2054, 5, 10): date(2044, 5, 10),
        date.max: date(2044, 5, 10),
        date(2024, 5, 8): None,
        date.min: None,
    }
    for day in days:
        model("Goal").objects.create(
            user=user, wanted_by=day, set_at=LONG_AGO, ended_at=LONG_AGO, **POINTS
        )
    migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())
    assert list(Goal.objects.order_by("pk").values_list("wanted_by", flat=True)) == [*days.values()]


@pytest.mark.django_db
def test_tips_for_one_side_of_another_purpose_are_for_everyone():
    old = migrate([("purposeapp", "0037_plainer_talk_question")])
    model = old.get_app_config("purposeapp").get_model
    tips = {
        purpose: model("Tip").objects.create(
            key=f"{purpose}-only", purpose=purpose, audience="candidate", text="Be kind."
        )
        for purpose in ("vanity_project", "job_seeking")
    }
    migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())
    stored = {tip.purpose: tip.audience for tip in Tip.objects.filter(text="Be kind.")}
    assert stored == {"vanity_project": "everyone", "job_seeking": "candidate"}
    version = Tip.history.get(id=tips["vanity_project"].pk)
    assert (version.audience, version.history_change_reason) == ("everyone", "For everyone")
    assert not Tip.history.filter(id=tips["job_seeking"].pk).exists()


def test_words_are_made_plainer_unless_staff_changed_them_and_the_new_tip_is_theirs_to_keep(
    db, user
):
    discreet.restore(apps, None)
    for model in (Tip, PortraitPart, TalkQuestion):
        for text in plain_again.NEW[model.__name__].values():
            assert model.history.filter(id=model.objects.get(text=text).pk, text=text).count() == 1
    new = Tip.objects.get(key="vanity-wanted-more")
    assert new.history.count() == 1
    Tick.objects.create(user=user, tip=new, verdict="done")
    plain_again.restore(apps, None)
    assert not Tip.objects.filter(key=new.key).exists()
    (old, _), *_ = plain_again.NEW["Tip"].items()
    Tip.objects.filter(text=old).update(text="Ours.")
    make_tip(key=new.key, text="Our own.")
    plain_again.reword(apps, None)
    assert Tip.objects.filter(text="Ours.").count() == 1
    assert Tip.objects.get(key=new.key).text == "Our own."
    plain_again.restore(apps, None)
    assert Tip.objects.get(key=new.key).text == "Our own."


def test_tips_are_made_discreet_unless_staff_changed_them_and_new_tips_are_theirs_to_keep(db, user):
    models = {"Tip": Tip, "PortraitPart": PortraitPart}
    for model, _, after in discreet.CHANGES:
        changed = models[model].objects.get(**after)
        newest = changed.history.first()
        assert newest.history_change_reason == discreet.REASON
        assert {name: getattr(newest, name) for name in after} == after
    new = [key for key, *_ in discreet.NEW_TIPS]
    for tip in Tip.objects.filter(key__in=new):
        assert tip.history.get().text == tip.text
        Tick.objects.create(user=user, tip=tip, verdict="done")
    discreet.restore(apps, None)
    assert not Tip.objects.filter(key__in=new).exists()
    for model, before, _ in discreet.CHANGES:
        assert models[model].objects.filter(**before).count() == 1
        assert not models[model].history.filter(history_change_reason=discreet.REASON).exists()

    make_tip(key=new[0], text="Our own.")
    Tip.objects.filter(key="jobs-new").update(text="Ours.")
    Tip.objects.filter(key="jobs-rising").update(points_to=9)
    theirs = Tip.objects.filter(key__in=[new[0], "jobs-new", "jobs-rising"])
    before = list(theirs.order_by("key").values())
    for migrate_again in (discreet.reword, discreet.restore):
        migrate_again(apps, None)
        assert list(theirs.order_by("key").values()) == before
    assert not Tip.objects.filter(key__in=new[1:]).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "hidden"),
    [([32, 25, *[None] * 4], True), ([25, 20, *[None] * 4], False)],
)
def test_a_picture_with_a_number_about_few_hides_its_numbers_and_is_still_the_last(first, hidden):
    old = migrate([("purposeapp", "0043_plain_words_again")])
    stored = {
        "people": 60,
        "changed": 20,
        "points": [120] * 5,
        "first": first,
        "nothing": [10, 20, 25, None, None],
        "alike": [None] * 16,
        "counts": {"6-2-2-0-0": 60},
    }
    old.get_model("purposeapp", "CommunityPicture").objects.create(**stored)
    migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())
    if hidden:
        stored |= {"first": [None] * 6, "nothing": [None] * 5, "alike": [None] * 16}
    assert CommunityPicture.objects.values(*stored).get() == stored
