"""Ticks: a person's private mark on a tip, one per tip, for all of their assessments."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from purposeapp.models import Tick, Tip, User
from purposeapp.split import Purpose
from purposeapp.views.tips import PAGE_SIZE
from tests.support.concurrency import at_once
from tests.support.make import NOON, make_assessment, make_tip, make_user

NOBODYS_ID = "7f9c24e8-3b12-4fef-91e0-56e4c3a2b1d0"


@pytest.fixture
def tip(db) -> Tip:
    Tip.objects.all().delete()
    return make_tip(text="Be kind.", key="kind")


@pytest.fixture
def assessment(user, tip):
    return make_assessment(user)


def make_tick(user, tip, verdict="done", **extra) -> Tick:
    return Tick.objects.create(user=user, tip=tip, verdict=verdict, **extra)


def test_an_unknown_verdict_is_an_error(user, tip):
    with pytest.raises(IntegrityError, match="tick_verdict_is_known"), transaction.atomic():
        Tick.objects.record(user=user, tip=tip, verdict="perhaps")


def say(client, tip, verdict="done", **extra):
    return client.post(f"/tips/{tip.pk}/tick/", {"verdict": verdict, **extra})


def advice_on(client, assessment, purpose=Purpose.BUSINESS_DRIVEN):
    result = client.get(assessment.get_absolute_url()).context["result"]
    (advice,) = [advice for advice in result.advice if advice.purpose == purpose]
    return advice


# --- On an assessment -------------------------------------------------------------------------


def test_a_tip_is_ticked_off_and_back_again(owner, user, tip, assessment):
    page = assessment.get_absolute_url()
    assert "✓" not in owner.get(page).content.decode()
    response = say(owner, tip, assessment=assessment.id)
    assert (response.status_code, response["Location"]) == (302, f"{page}#tip-{tip.pk}")
    tick = Tick.objects.get()
    assert (tick.user, tick.tip, tick.verdict) == (user, tip, "done")
    assert f"Done on {tick.ticked_at:%-d %B %Y}" in owner.get(page).content.decode()

    response = say(owner, tip, "undo", assessment=assessment.id)
    assert response["Location"] == f"{page}#tip-{tip.pk}"
    assert not Tick.objects.exists()
    assert "Done on" not in owner.get(page).content.decode()
    assert say(owner, tip, "undo", assessment=assessment.id).status_code == 302


def test_what_is_not_for_them_folds_away_and_another_one_moves_up(owner, tip, assessment):
    others = [make_tip(text=f"Tip {number}", position=200 + number) for number in range(6)]
    assessment = make_assessment(assessment.user)
    before = advice_on(owner, assessment)
    assert [each.tip.id for each in before.at_once] == [tip.id, *(o.id for o in others[:3])]
    response = say(owner, tip, "not_for_me", assessment=assessment.id)
    assert response["Location"].endswith("#business-driven")
    after = advice_on(owner, assessment)
    assert [each.tip.id for each in after.at_once] == [other.id for other in others[:4]]
    assert [each.tip.id for each in after.declined] == [tip.id]
    assert "1 skipped" in owner.get(assessment.get_absolute_url()).content.decode()


def test_it_is_the_same_on_the_assessments_to_come_and_on_those_before(owner, tip, assessment):
    later = make_assessment(assessment.user, "2-2-0-6-0")
    say(owner, tip, assessment=later.id)
    for each in (assessment, later):
        assert "Done on" in owner.get(each.get_absolute_url()).content.decode()


def test_the_other_thing_said_replaces_the_first(owner, tip, assessment):
    say(owner, tip, "done")
    say(owner, tip, "not_for_me")
    assert Tick.objects.get().verdict == "not_for_me"


def test_the_same_thing_said_again_keeps_its_moment(owner, user, tip):
    make_tick(user, tip, ticked_at=NOON)
    say(owner, tip)
    assert Tick.objects.get().ticked_at == NOON


def test_what_others_said_is_never_seen(owner, tip, assessment):
    make_tick(make_user("other@example.org"), tip)
    for path in (assessment.get_absolute_url(), "/tips/", "/history/", "/history/export.json"):
        page = owner.get(path).content.decode()
        assert "Done on" not in page
        assert "tips done" not in page
        assert "tip done" not in page
        # It isn't done yet.
        assert ("kind" in page) == (path != "/history/export.json")
    say(owner, tip, "undo")
    assert Tick.objects.count() == 1


def test_a_tip_that_was_withdrawn_can_still_be_ticked_off_where_it_was_shown(
    owner, tip, assessment
):
    for state in ("draft", "archived"):
        tip.state = state
        tip.save()
        assert say(owner, tip, assessment=assessment.id).status_code == 302
        assert Tick.objects.get().verdict == "done"
        say(owner, tip, "undo")


def test_a_tip_that_nobody_has_seen_is_a_404(owner, tip):
    draft = make_tip(text="Not yet.", state="draft")
    for id in (draft.pk, 10**9, 10**30):
        assert owner.post(f"/tips/{id}/tick/", {"verdict": "done"}).status_code == 404
    assert not Tick.objects.exists()


def test_a_tip_that_is_gone_is_shown_without_buttons(owner, tip, assessment):
    id = tip.pk
    tip.delete()
    make_assessment(assessment.user)  # a later one: the latest shows the tips of today
    page = owner.get(assessment.get_absolute_url()).content.decode()
    assert "Be kind." in page
    assert f"/tips/{id}/tick/" not in page
    assert owner.post(f"/tips/{id}/tick/", {"verdict": "done"}).status_code == 404


def test_somebody_elses_assessment_is_a_404_and_nothing_is_stored(stranger, tip, assessment):
    for id in (assessment.id, NOBODYS_ID):
        assert say(stranger, tip, assessment=id).status_code == 404
        answer = stranger.post("/tips/side/", {"side": "both", "assessment": id})
        assert answer.status_code == 404
    assert not Tick.objects.exists()
    assert not User.objects.exclude(side="").exists()


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"verdict": ""},
        {"verdict": "DONE"},
        {"verdict": "done\x00"},
        {"verdict": "done", "assessment": "x"},
        {"verdict": "done", "assessment": "https://evil.example/"},
    ],
)
def test_what_no_button_sends_is_refused(owner, tip, sent):
    response = owner.post(f"/tips/{tip.pk}/tick/", sent)
    assert response.status_code == 422
    assert "We didn&#x27;t recognise your choice." in response.content.decode()
    assert not Tick.objects.exists()


def test_a_unique_constraint_holds_one_tick_per_person_and_tip(user, tip):
    make_tick(user, tip)
    make_tick(make_user("other@example.org"), tip)
    with pytest.raises(IntegrityError, match="tick_once_per_person_and_tip"), transaction.atomic():
        make_tick(user, tip, "not_for_me")


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_eight_clicks_at_once_make_one_tick():
    user, tip = make_user(), Tip.objects.first()
    verdicts = Tick.Verdict.values * 4
    raised = at_once(
        *(lambda v=v: Tick.objects.record(user=user, tip=tip, verdict=v) for v in verdicts)
    )
    assert raised == []
    assert Tick.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_account_that_goes_meanwhile_takes_its_tick_with_it():
    user, tip = make_user(), Tip.objects.first()
    gone = User.objects.get(pk=user.pk)
    user.delete()
    Tick.objects.record(user=gone, tip=tip, verdict="done")
    assert not Tick.objects.exists()


# --- The side of job seeking -------------------------------------------------------------------


@pytest.fixture
def seeking(user):
    Tip.objects.all().delete()
    for audience in ("everyone", "candidate", "employer"):
        make_tip(Purpose.JOB_SEEKING, f"For {audience}", audience=audience)
    return make_assessment(user, "0-0-0-10-0")


@pytest.mark.parametrize(
    ("side", "shown"),
    [
        ("candidate", ["For everyone", "For candidate"]),
        ("employer", ["For everyone", "For employer"]),
        ("both", ["For everyone", "For candidate", "For employer"]),
    ],
)
def test_it_is_asked_once_and_remembered(owner, user, seeking, side, shown):
    page = seeking.get_absolute_url()
    assert "Are you looking for a job or hiring?" in owner.get(page).content.decode()
    response = owner.post("/tips/side/", {"side": side, "assessment": seeking.id})
    assert (response.status_code, response["Location"]) == (302, f"{page}#job-seeking")
    user.refresh_from_db()
    assert user.side == side
    for assessment in (seeking, make_assessment(user, "0-0-0-9-1")):
        page = owner.get(assessment.get_absolute_url()).content.decode()
        assert "Are you looking for a job or hiring?" not in page
        assert "Your side:" in page
        advice = advice_on(owner, assessment, Purpose.JOB_SEEKING)
        assert {each.tip.text for each in advice.at_once} == set(shown)


def test_it_is_not_asked_without_points_on_job_seeking(owner, assessment):
    assert (
        "Are you looking for a job or hiring?"
        not in owner.get(assessment.get_absolute_url()).content.decode()
    )


@pytest.mark.parametrize("side", [None, "", "everyone", "x" * 1_000, "both\x00"])
def test_a_side_that_there_is_not_is_refused(owner, user, side):
    response = owner.post("/tips/side/", {"side": side} if side is not None else {})
    assert response.status_code == 422
    user.refresh_from_db()
    assert user.side == ""


def test_nothing_else_of_the_account_changes(owner, user):
    owner.post("/tips/side/", {"side": "both", "email": "x@example.org", "is_staff": "on"})
    changed = User.objects.get()
    assert (changed.email, changed.is_staff, changed.side) == (user.email, False, "both")


# --- The list of ticks -------------------------------------------------------------------------


def test_the_list_has_done_before_not_for_me_the_latest_first(owner, user, tip):
    other = make_user("other@example.org")
    said = [("not_for_me", 5), ("done", 1), ("done", 3), ("not_for_me", 0), ("done", 2)]
    for number, (verdict, day) in enumerate(said):
        each = make_tip(text=f"Tip {number}", state="archived" if number == 1 else "published")
        make_tick(user, each, verdict, ticked_at=NOON + timedelta(days=day))
        make_tick(other, each)
    response = owner.get("/tips/")
    assert [tick.tip.text for tick in response.context["ticks"]] == [
        f"Tip {number}" for number in (2, 4, 1, 0, 3)
    ]
    page = re.sub(r"\s+</h2>", "</h2>", response.content.decode())
    words = ["Done</h2>", "Tip 2", "4 March 2026", "Tip 1", "Skipped</h2>", "Tip 0", "Tip 3"]
    places = [page.index(word) for word in words]
    assert places == sorted(places)
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_it_is_undone_there_too(owner, user, tip):
    make_tick(user, tip)
    assert say(owner, tip, "undo")["Location"] == "/tips/#main"
    page = owner.get("/tips/").content.decode()
    assert "Spend ten points, and you'll find tips for your result here." in unescape(page)
    assert "Undone. If it still fits you, it's back in your tips." in unescape(page)
    assert "If it still fits you" not in owner.get("/tips/").content.decode()


def test_a_long_list_comes_in_pages_that_have_each_once(owner, user, tip):
    tips = [tip, *(make_tip(text=f"Tip {number}") for number in range(2 * PAGE_SIZE))]
    Tick.objects.bulk_create(
        Tick(user=user, tip=each, verdict=Tick.Verdict.values[number % 2], ticked_at=NOON)
        for number, each in enumerate(tips)
    )
    path, seen, pages = "/tips/", [], 0
    while path:
        response = owner.get(path)
        seen += response.context["ticks"]
        older = response.context["older"]
        path = older and f"/tips/?after={older.pk}"
        pages += 1
    assert pages == 3
    assert seen == list(Tick.objects.for_user(user).latest_first())


@pytest.mark.parametrize("cursor", ["x", "-1", "9" * 30, "1.5", "\x00"])
def test_a_page_that_does_not_exist_is_a_404(owner, user, tip, cursor):
    make_tick(user, tip)
    assert owner.get("/tips/", {"after": cursor}).status_code == 404


def test_a_page_cannot_begin_at_somebody_elses(stranger, user, tip):
    assert stranger.get(f"/tips/?after={make_tick(user, tip).pk}").status_code == 404


def test_the_list_is_for_people_with_an_account_and_only_to_read(client, owner):
    assert Client().get("/tips/")["Location"] == "/accounts/login/?next=/tips/"
    assert owner.post("/tips/").status_code == 405


@pytest.mark.parametrize("has_result", [False, True])
def test_it_costs_the_same_at_one_and_at_three(
    owner, user, tip, warm, django_assert_num_queries, has_result
):
    assessment = has_result and make_assessment(user, "10-0-0-0-0")
    warm(owner, "/tips/")
    for number in (1, 3):
        for i in range(number):
            make_tick(user, make_tip(text=f"Tip {number} {i}"))
        # Session and user, ticks with their tips, results, goal, ticks by tip.
        with django_assert_num_queries(5 if assessment else 3):
            owner.get("/tips/")


def to_do(client) -> list[tuple[str, list[str]]]:
    """Return the tips to do on /tips/ by purpose, each with its reason."""
    advised = client.get("/tips/").context["to_do"]
    return [(each.purpose, [tip.tip.text for tip in each.at_once]) for each in advised]


def test_the_tips_to_do_are_ticked_off_where_they_are_listed(owner, user, tip, assessment):
    make_tip(text="Since then.", position=900)
    make_tip(Purpose.JOB_SEEKING, "Not with these points.")
    make_tip(text="A draft.", state="draft")
    business = Purpose.BUSINESS_DRIVEN
    assert to_do(owner) == [(business, ["Be kind.", "Since then."])]
    page = owner.get("/tips/").content.decode()
    assert f'formaction="/tips/{tip.pk}/tick/" name="verdict" value="done"' in page
    assert f'<a href="{assessment.get_absolute_url()}">your latest result</a>' in page
    place = say(owner, tip)["Location"]
    assert place == f"/tips/?done={tip.pk}#tip-{tip.pk}"
    page = unescape(owner.get(place).content.decode())
    # It stays in its place, ticked, and isn't listed a second time.
    assert page.count(f'id="tip-{tip.pk}"') == 1
    assert page.index("Done on") < page.index("Since then.")
    assert "Done</h2>" not in page
    assert to_do(owner) == [(business, ["Since then."])]
    assert [tick.tip for tick in owner.get("/tips/").context["ticks"]] == [tip]
    say(owner, tip, "undo")
    say(owner, tip, "not_for_me")
    assert to_do(owner) == [(business, ["Since then."])]
    say(owner, Tip.objects.get(text="Since then."))
    assert "You've been through all your tips." in unescape(owner.get("/tips/").content.decode())


@pytest.mark.parametrize("done", ["", "0", "x", "{skipped}", "{theirs}"])
def test_only_a_tip_that_is_done_stays_in_its_place(owner, user, tip, assessment, done):
    skipped, theirs = make_tip(text="Skipped."), make_tip(text="Theirs.")
    make_tick(user, skipped, verdict="not_for_me")
    make_tick(make_user("other@example.org"), theirs)
    response = owner.get("/tips/", {"done": done.format(skipped=skipped.pk, theirs=theirs.pk)})
    assert response.context["in_place"] == {}
    assert [tick.tip for tick in response.context["ticks"]] == [skipped]


def test_the_tips_to_do_stand_on_the_first_page_alone(owner, user, tip, assessment):
    tick = make_tick(user, make_tip(text="Done before."))
    assert "To do</h2>" in owner.get("/tips/").content.decode()
    assert "To do</h2>" not in owner.get(f"/tips/?after={tick.pk}").content.decode()


# --- Elsewhere ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdicts", "words"),
    [
        (["done"], "1 tip done<"),
        (["done", "done", "not_for_me", "done", "done"], "4 tips done<"),
    ],
)
def test_the_history_says_how_many_are_done(owner, user, assessment, verdicts, words):
    for number, verdict in enumerate(verdicts):
        make_tick(user, make_tip(text=f"Tip {number}"), verdict)
    page = owner.get("/history/").content.decode()
    assert '<a href="/tips/">See all your tips</a>' in page
    assert words in page


def test_the_history_says_nothing_of_tips_before_one_is_done(owner, user, assessment):
    make_tick(user, make_tip(), "not_for_me")
    assert "tips done" not in owner.get("/history/").content.decode()


def test_the_export_has_them_by_the_key_of_the_tip(owner, user, tip, assessment):
    make_tick(user, make_tip(text="Later.", key="later"), "not_for_me")
    make_tick(user, tip, ticked_at=NOON)
    ticks = owner.get("/history/export.json").json()["ticks"]
    assert ticks[0] == {
        "tip": "kind",
        "verdict": "done",
        "ticked_at": "2026-03-01T12:00:00.000000Z",
    }
    assert [tick["tip"] for tick in ticks] == ["kind", "later"]


def test_they_go_with_their_person_and_the_tip_stays(user, tip):
    make_tick(user, tip, ticked_at=timezone.now())
    user.delete()
    assert not Tick.objects.exists()
    assert Tip.objects.get() == tip
