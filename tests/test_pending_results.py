"""Pending results: what a visitor did before signing in is in the history after, exactly once."""

import re
import uuid
from datetime import timedelta
from html import unescape
from unittest.mock import patch

import pytest
from django.contrib.auth.signals import user_logged_in
from django.core import mail
from django.db import OperationalError, connection
from django.test import Client, RequestFactory, override_settings
from django.utils import timezone

from purposeapp.accounts.pending import (
    MAX_PENDING,
    add_pending_result,
    claim_pending_results,
    pending_results,
)
from purposeapp.models import Assessment, Reminder, Session, User
from purposeapp.split import Split
from tests.support.client import history, sign_in, spend
from tests.support.concurrency import at_once
from tests.support.headers import OWN_LINK
from tests.support.mails import code_in
from tests.support.make import PASSWORD, make_assessment, make_reminder, make_user, points

SIGN_UP = {"email": "new@example.org", "password1": PASSWORD}


def test_after_signing_up(client, db):
    spend(client)
    client.post("/accounts/signup/", SIGN_UP)
    response = client.get("/history/")
    assert "Your result is saved to your history." in response.content.decode()
    assert history(client) == ["6-2-2-0-0"]
    page = client.get(Assessment.objects.get().get_absolute_url()).content.decode()
    assert "Remind me in 3 months" in page


def test_after_signing_in_to_an_account_with_a_history(client, user):
    make_assessment(user, "0-0-0-10-0", taken_at=timezone.now() - timedelta(days=9))
    spend(client)
    sign_in(client, user)
    assert history(client) == ["6-2-2-0-0", "0-0-0-10-0"]
    newest = Assessment.objects.newest_of(user)[0]
    assert (
        "<h2>What happened in your life?</h2>"
        in client.get(newest.get_absolute_url()).content.decode()
    )


def test_a_regular_reminder_counts_from_a_result_that_waited(client, user):
    reminder = make_reminder(user, "every_3_months", due_on=timezone.localdate() + timedelta(11))
    spend(client)
    sign_in(client, user)
    reminder.refresh_from_db()
    assert reminder.due_on == Reminder.Rhythm.EVERY_3_MONTHS.after(timezone.localdate())


def test_several_tries_called_own_are_all_kept_with_the_moment_of_each(client, user):
    moments = [timezone.now() - timedelta(hours=hours) for hours in (3, 2, 1)]
    for split, moment in zip(["6-2-2-0-0", "5-3-2-0-0", "6-2-2-0-0"], moments, strict=True):
        with patch("django.utils.timezone.now", return_value=moment):
            spend(client, split)
            client.get(f"/keep/{split}/", headers=OWN_LINK)
    sign_in(client, user)
    assert "Your 3 results are saved" in client.get("/history/").content.decode()
    stored = Assessment.objects.for_user(user).oldest_first()
    assert [str(assessment.split) for assessment in stored] == [
        "6-2-2-0-0",
        "5-3-2-0-0",
        "6-2-2-0-0",
    ]
    assert [assessment.taken_at for assessment in stored] == moments
    assert all(assessment.recorded_at > moments[-1] for assessment in stored)


def test_a_form_sent_twice_is_kept_once(client, user):
    submission = str(uuid.uuid4())
    spend(client, submission=submission)
    spend(client, submission=submission)
    sign_in(client, user)
    spend(client, submission=submission)
    assert history(client) == ["6-2-2-0-0"]


def test_after_a_code_that_came_by_mail(client, db):
    spend(client)
    with override_settings(
        ACCOUNT_EMAIL_VERIFICATION="mandatory", ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED=True
    ):
        client.post("/accounts/signup/", SIGN_UP)
        assert not Assessment.objects.exists()
        client.post("/accounts/confirm-email/", {"code": code_in(mail.outbox[0])})
    assert history(client) == ["6-2-2-0-0"]


def test_after_a_forgotten_password(client, user):
    spend(client)
    page = client.post("/accounts/password/reset/", {"email": user.email}, follow=True)
    code = {"code": code_in(mail.outbox[0])}
    page = client.post(page.request["PATH_INFO"], code, follow=True)
    new = {"password1": "another ten points", "password2": "another ten points"}
    client.post(page.request["PATH_INFO"], new)
    assert history(client) == ["6-2-2-0-0"]


def test_after_a_code_instead_of_a_password(client, user):
    spend(client)
    client.post("/accounts/login/code/", {"email": user.email})
    client.post("/accounts/login/code/confirm/", {"code": code_in(mail.outbox[0])})
    assert history(client) == ["6-2-2-0-0"]


def test_after_turning_back_from_a_code(client, user):
    spend(client)
    client.post("/accounts/login/code/", {"email": user.email})
    client.post("/accounts/logout/", {"next": "/accounts/login/"})
    sign_in(client, user)
    assert history(client) == ["6-2-2-0-0"]


def test_after_failing_to_sign_in_first(client, user):
    spend(client)
    client.post("/accounts/login/", {"login": user.email, "password": "wrong"})
    sign_in(client, user)
    assert history(client) == ["6-2-2-0-0"]


def test_after_a_sign_in_that_an_outage_ended_half_way(client, user):
    def fail(execute, sql, params, many, context):
        if sql.startswith('INSERT INTO "purposeapp_assessment"'):
            raise OperationalError("the connection is lost")
        return execute(sql, params, many, context)

    spend(client)
    client.raise_request_exception = False
    with connection.execute_wrapper(fail):
        assert sign_in(client, user).status_code == 503
    sign_in(client, user)
    assert history(client) == ["6-2-2-0-0"]


def test_nothing_is_handed_to_the_next_one_at_the_same_browser(client, user):
    spend(client)
    sign_in(client, user)
    client.post("/accounts/logout/")
    other = make_user("other@example.org")
    sign_in(client, other)
    assert history(client) == []
    assert not Assessment.objects.for_user(other).exists()


def test_what_is_done_after_a_sign_out_is_the_next_ones(client, user):
    spend(client, "6-2-2-0-0")
    sign_in(client, user)
    client.post("/accounts/logout/")
    spend(client, "0-0-0-0-10")
    sign_in(client, make_user("other@example.org"))
    assert history(client) == ["0-0-0-0-10"]


def test_the_next_sign_in_keeps_nothing_again(client, user):
    spend(client)
    sign_in(client, user)
    client.post("/accounts/logout/")
    sign_in(client, user)
    assert history(client) == ["6-2-2-0-0"]


def test_at_most_twenty_wait_and_the_oldest_give_way(client, user):
    for business in range(MAX_PENDING + 1):
        spend(client, split := "10-0-0-0-0" if business else "0-0-0-0-10")
        client.get(f"/keep/{split}/", headers=OWN_LINK)
    sign_in(client, user)
    assert Assessment.objects.for_user(user).count() == MAX_PENDING
    assert "0-0-0-0-10" not in history(client)


def test_an_invalid_form_and_a_step_leave_nothing_waiting(client, user):
    client.post("/", points("6-2-0-0-0"))
    client.post("/", points("6-2-2-0-0", step="job_seeking+"))
    assert "sessionid" not in client.cookies
    sign_in(client, user)
    assert history(client) == []


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_claims_at_once_record_once():
    user, client = make_user(), Client()
    spend(client)

    def claim():
        request = RequestFactory().get("/")
        request.session = type(client.session)(client.session.session_key)
        request.session.load()
        claim_pending_results(User, request, user)

    assert at_once(claim, claim) == []
    assert Assessment.objects.count() == 1


def test_a_claim_postpones_the_reminder_of_its_person_alone(client, user):
    day = timezone.localdate() + timedelta(11)
    others = make_reminder(make_user("other@example.org"), "every_3_months", due_on=day)
    mine = make_reminder(user, "every_3_months", due_on=day)
    spend(client)
    sign_in(client, user)
    for reminder in (others, mine):
        reminder.refresh_from_db()
    assert others.due_on == day
    assert mine.due_on > day


def test_every_way_in_passes_the_place_that_keeps():
    assert any(receiver[1]() is claim_pending_results for receiver in user_logged_in.receivers)


def test_whoever_said_yes_before_signing_up_comes_to_the_result(client, db):
    spend(client)
    client.post("/accounts/signup/", SIGN_UP | {"next": "/keep/6-2-2-0-0/"})
    assessment = Assessment.objects.get()
    assert client.get("/keep/6-2-2-0-0/").url == assessment.get_absolute_url()
    assert client.get("/keep/6-2-2-0-0/").url == assessment.get_absolute_url()
    assert Assessment.objects.count() == 1
    client.get(assessment.get_absolute_url())
    make_assessment(assessment.user, "0-0-0-10-0")
    assert client.get("/keep/6-2-2-0-0/").status_code == 200


@pytest.mark.parametrize("path", ["/accounts/signup/", "/accounts/login/"])
def test_the_way_in_says_what_waits(client, db, path):
    assert "once you're signed in" not in unescape(client.get(path).content.decode())
    spend(client)
    assert "We'll add your result to your history" in unescape(client.get(path).content.decode())
    spend(client)
    page = unescape(client.get(path).content.decode())
    assert "2 results are waiting in this browser." in page


# --- Several results of one browser -------------------------------------------------------------

CHOOSE = "/history/pending/"


def choices(client: Client) -> list[str]:
    """Return the values that the page of pending results offers, oldest result first."""
    return re.findall(r'name="result"\s+value="([^"]+)"', client.get(CHOOSE).content.decode())


def test_of_several_only_those_called_own_are_claimed(client, user):
    spend(client, "6-2-2-0-0")
    spend(client, "0-0-0-0-10")
    client.get("/keep/6-2-2-0-0/", headers=OWN_LINK)
    sign_in(client, user)
    assert history(client) == ["6-2-2-0-0"]
    claimed = Assessment.objects.get()
    for path in ("/history/", claimed.get_absolute_url()):
        page = client.get(path).content.decode()
        assert page.count("A result from before you signed in is waiting.") == 1
        assert re.search(rf'href="{CHOOSE}">\s*See it\s*</a>', page)
    (value,) = choices(client)
    assert value.endswith("|0-0-0-0-10")
    assert "Is this result yours?" in client.get(CHOOSE).content.decode()


def test_of_several_that_nobody_called_own_none_is_claimed(client, user):
    spend(client, "6-2-2-0-0")
    spend(client, "0-0-0-0-10")
    sign_in(client, user)
    assert history(client) == []
    page = client.get("/history/").content.decode()
    assert "2 results from before" in page
    assert re.search(rf'href="{CHOOSE}">\s*Choose yours\s*</a>', page)


def test_those_chosen_are_recorded_with_their_moment_and_the_others_dropped(client, user):
    moment = timezone.now() - timedelta(hours=3)
    with patch("django.utils.timezone.now", return_value=moment):
        spend(client, "6-2-2-0-0")
    spend(client, "0-0-0-0-10")
    sign_in(client, user)
    response = client.post(CHOOSE, {"result": choices(client)[:1]}, follow=True)
    assert response.redirect_chain == [("/history/", 302)]
    assert "1 result added to your history." in response.content.decode()
    assessment = Assessment.objects.get()
    assert (assessment.user, str(assessment.split)) == (user, "6-2-2-0-0")
    assert assessment.taken_at == moment
    assert client.get(CHOOSE).url == "/history/"


def test_all_may_be_chosen_and_sent_twice_they_are_recorded_once(client, user):
    spend(client, "6-2-2-0-0")
    spend(client, "0-0-0-0-10")
    sign_in(client, user)
    form = {"result": choices(client)}
    assert client.post(CHOOSE, form).url == client.post(CHOOSE, form).url == "/history/"
    assert history(client) == ["0-0-0-0-10", "6-2-2-0-0"]


@pytest.mark.parametrize("chosen", [[], ["nonsense"], [f"{uuid.uuid4()}|6-2-2-0-0"], ["\0"]])
def test_what_does_not_wait_is_not_recorded(client, user, chosen):
    spend(client, "6-2-2-0-0")
    spend(client, "0-0-0-0-10")
    sign_in(client, user)
    response = client.post(CHOOSE, {"result": chosen}, follow=True)
    assert "Nothing was added to your history." in response.content.decode()
    assert not Assessment.objects.exists()


def test_nobody_else_is_offered_what_was_left_behind_at_sign_out(client, user):
    spend(client, "6-2-2-0-0")
    spend(client, "0-0-0-0-10")
    sign_in(client, user)
    client.post("/accounts/logout/")
    sign_in(client, make_user("other@example.org"))
    assert client.get(CHOOSE).url == "/history/"


def test_choosing_needs_a_sign_in(client, db):
    spend(client)
    for response in (client.get(CHOOSE), client.post(CHOOSE, {"result": ["x"]})):
        assert response.url == "/accounts/login/?next=/history/pending/"
    assert client.session["pending_results"]


# --- A split that was only viewed -------------------------------------------------------------

KEEP = "/keep/6-2-2-0-0/"


def test_a_public_page_offers_to_keep_it_and_to_spend_ones_own(client, db):
    page = client.get("/splits/6-2-2-0-0/").content.decode()
    assert f'href="{KEEP}"' in page
    assert "Is this you?" in page
    assert "Save it" in page
    assert "Spend your own ten points" in page


def test_looking_keeps_nothing_and_confirming_does(owner, user):
    assert "Save this result?" in owner.get(KEEP).content.decode()
    assert not Assessment.objects.exists()
    response = owner.post(KEEP, {"submission": str(uuid.uuid4())})
    assessment = Assessment.objects.for_user(user).get()
    assert (response.status_code, response.url) == (302, assessment.get_absolute_url())
    assert str(assessment.split) == "6-2-2-0-0"


def test_confirming_twice_keeps_it_once(owner):
    form = {"submission": str(uuid.uuid4())}
    assert owner.post(KEEP, form).url == owner.post(KEEP, form).url
    assert Assessment.objects.count() == 1


def test_whoever_is_not_signed_in_confirms_and_then_signs_up(client, db):
    assert "Save this result?" in client.get(KEEP).content.decode()
    response = client.post(KEEP)
    assert response.url == "/accounts/signup/?next=%2Fkeep%2F6-2-2-0-0%2F"
    client.post("/accounts/signup/", SIGN_UP)
    assert history(client) == ["6-2-2-0-0"]


def test_what_was_just_spent_here_is_not_asked_about_again(client, db):
    spend(client)
    kept = client.get(KEEP, headers=OWN_LINK)
    assert kept.url == "/accounts/signup/?next=%2Fkeep%2F6-2-2-0-0%2F"
    assert client.get("/keep/5-3-2-0-0/", headers=OWN_LINK).status_code == 200
    client.post("/accounts/signup/", SIGN_UP)
    assert history(client) == ["6-2-2-0-0"]


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", None])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_link_elsewhere_does_not_choose_what_is_claimed(client, user, method, site):
    spend(client, "6-2-2-0-0")
    spend(client, "0-0-0-0-10")
    headers = {"sec-fetch-site": site} if site else {}
    assert client.generic(method, KEEP, headers=headers).status_code == 200
    sign_in(client, user)
    assert history(client) == []


def test_what_was_spent_here_and_is_confirmed_waits_once(client, user):
    spend(client, "6-2-2-0-0")
    spend(client, "0-0-0-0-10")
    assert "Save this result?" in client.get(KEEP).content.decode()
    assert client.post(KEEP).url == "/accounts/signup/?next=%2Fkeep%2F6-2-2-0-0%2F"
    sign_in(client, user)
    assert history(client) == ["6-2-2-0-0"]
    (value,) = choices(client)
    assert value.endswith("|0-0-0-0-10")


@pytest.mark.parametrize("path", ["/keep/6-2-2-0-1/", "/keep/nonsense/", "/keep/"])
def test_what_is_no_split_is_a_404(owner, path):
    assert owner.get(path).status_code == 404
    assert owner.post(path).status_code == 404


# --- Two at the same moment ---------------------------------------------------------------------


def browser(*others: Client) -> Client:
    """Return a client; given another one, with the same cookies, like another tab."""
    client = Client(headers={"user-agent": "Browser"})
    for other in others:
        client.cookies = other.cookies.copy()
    return client


def pending_in(client: Client) -> set[str]:
    session = type(client.session)(client.cookies["sessionid"].value)
    return {str(result.split) for result in pending_results(session)}


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("has_session", [False, True])
def test_two_sent_at_the_same_moment_by_one_browser_both_wait(has_session):
    first = browser()
    first.get("/")
    if has_session:
        spend(first, "0-0-0-0-10")
    second = browser(first)
    assert at_once(lambda: spend(first, "6-2-2-0-0"), lambda: spend(second, "5-3-2-0-0")) == []
    assert first.cookies["sessionid"].value == second.cookies["sessionid"].value
    before = {"0-0-0-0-10"} if has_session else set()
    assert pending_in(first) == {"6-2-2-0-0", "5-3-2-0-0", *before}


def test_one_that_began_before_another_ended_does_not_undo_it(client, db):
    client.get("/")
    spend(client, "0-0-0-0-10")
    late = RequestFactory().get("/")
    late.session = type(client.session)(client.session.session_key)
    assert len(pending_results(late.session)) == 1  # has read its session, and now waits
    spend(client, "6-2-2-0-0")
    add_pending_result(late, split=Split.parse("5-3-2-0-0"), submission=uuid.uuid4())
    late.session.save()
    assert pending_in(client) == {"0-0-0-0-10", "6-2-2-0-0", "5-3-2-0-0"}


def test_two_browsers_share_nothing(db):
    first, second = browser(), browser()
    for client in (first, second):
        client.get("/")
        spend(client)
    assert first.cookies["sessionid"].value != second.cookies["sessionid"].value


def test_the_shared_key_never_opens_an_account(client, user):
    client.get("/")
    spend(client)
    before = client.cookies["sessionid"].value
    sign_in(client, user)
    assert client.cookies["sessionid"].value != before
    assert not Session.objects.filter(session_key=before).exists()


@pytest.mark.parametrize(("before", "after"), [("", "employer"), ("candidate", "candidate")])
def test_the_side_chosen_on_the_page_of_a_result_is_the_persons(client, user, before, after):
    User.objects.filter(pk=user.pk).update(side=before)
    spend(client, "2-0-0-8-0")
    page = client.get("/splits/2-0-0-8-0/?as=employer").content.decode()
    assert 'href="/keep/2-0-0-8-0/?as=employer"' in page
    client.get("/keep/2-0-0-8-0/?as=employer", headers=OWN_LINK)
    sign_in(client, user)
    user.refresh_from_db()
    assert user.side == after
    assert history(client) == ["2-0-0-8-0"]


@pytest.mark.parametrize(("side", "stored"), [("both", "both"), ("x", ""), ("", "")])
def test_a_result_saved_while_signed_in_brings_its_side_too(owner, user, side, stored):
    page = owner.get("/keep/2-0-0-8-0/", {"as": side}).content.decode()
    assert page.count("?as=both") == (2 if stored else 0)  # whether it's saved or not
    owner.post(f"/keep/2-0-0-8-0/?as={side}")
    user.refresh_from_db()
    assert user.side == stored
