"""The page on which people choose their reminder."""

import re
import uuid
from datetime import date, timedelta

import pytest
from allauth.account.models import EmailAddress
from dateutil.relativedelta import relativedelta
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from purposeapp.dates import oldest_today, today
from purposeapp.forms.day import NOT_A_DAY
from purposeapp.forms.radio_choice import CHOOSE_ONE
from purposeapp.forms.reminder import DATE_MISSING, NOT_TO_COME, TOO_FAR
from purposeapp.models import Reminder
from purposeapp.models.reminder import PERIODS, Rhythm
from tests.support.mails import code_in
from tests.support.make import make_assessment, make_reminder, make_user, points, prove_address
from tests.support.pages import in_words, text_of
from tests.support.reminders import chosen

PATH = "/reminders/"
CHANGED = "/reminders/changed/"
CONFIRM = "/reminders/address/"
DAYS = st.dates(date(2003, 5, 5), date(2100, 1, 1))


# --- The dates ---


@pytest.mark.parametrize(
    ("last", "rhythm", "due"),
    [
        (date(2026, 1, 31), "every_3_months", date(2026, 4, 30)),
        (date(2025, 11, 30), "every_3_months", date(2026, 2, 28)),
        (date(2023, 11, 30), "every_3_months", date(2024, 2, 29)),
        (date(2026, 8, 31), "every_6_months", date(2027, 2, 28)),
        (date(2024, 2, 29), "every_12_months", date(2025, 2, 28)),
        (date(2026, 3, 1), "every_12_months", date(2027, 3, 1)),
    ],
)
def test_months_are_counted_as_people_do(last, rhythm, due):
    assert Rhythm(rhythm).after(last) == due


@given(st.sampled_from([*PERIODS]), st.none() | DAYS, DAYS)
def test_the_first_mail_is_always_to_come_and_a_period_away_at_most(rhythm, last, today):
    reminder = Reminder(rhythm=rhythm)
    reminder.begin(last=last, today=today)
    due = reminder.due_on
    if last is None or last <= today:
        assert today < due <= Rhythm(rhythm).after(today)
    if last and Rhythm(rhythm).after(last) > today:
        assert due == Rhythm(rhythm).after(last)


@given(st.sampled_from([*PERIODS]), st.none() | DAYS, DAYS)
def test_who_spent_their_points_within_a_period_is_asked_a_period_after_that(rhythm, last, today):
    reminder = Reminder(rhythm=rhythm, due_on=today)
    recently = last is not None and Rhythm(rhythm).after(last) > today
    assert reminder.postpone(last=last, today=today) == recently
    assert reminder.due_on == (Rhythm(rhythm).after(last) if recently else today)


@pytest.mark.parametrize("rhythm", ["on_date", "on_change"])
def test_a_day_that_was_named_and_a_change_that_was_told_stand(rhythm):
    reminder = Reminder(rhythm=rhythm, due_on=date(2026, 3, 1))
    assert not reminder.postpone(last=date(2026, 3, 1), today=date(2026, 3, 1))
    assert reminder.due_on == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"rhythm": "daily", "due_on": date(2026, 3, 1)}, "reminder_rhythm_is_known"),
        ({"rhythm": "off", "due_on": date(2026, 3, 1)}, "reminder_off_is_never_due"),
        ({"rhythm": "every_6_months"}, "reminder_rhythm_has_its_date"),
        ({"rhythm": "on_date"}, "reminder_rhythm_has_its_date"),
        ({"rhythm": "off", "day_of_month": 0}, "reminder_day_of_month_is_one"),
        ({"rhythm": "off", "day_of_month": 32}, "reminder_day_of_month_is_one"),
    ],
)
def test_postgresql_knows_the_rules(user, values, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Reminder.objects.create(user=user, **values)


@pytest.mark.parametrize("rhythm", [*PERIODS])
def test_who_spends_their_points_before_it_is_due_has_it_moved_at_once(owner, user, rhythm):
    stored = make_reminder(user, rhythm, due_on=today() + timedelta(days=9), day_of_month=9)
    sent = points("6-2-2-0-0", submission=str(uuid.uuid4()))
    for _ in range(2):  # it is idempotent
        assert owner.post("/", sent).status_code == 302
        reminder = Reminder.objects.get()
        assert reminder.due_on == Rhythm(rhythm).after(today())
        assert reminder.day_of_month == today().day
        assert reminder.sequence == stored.sequence + 1


@pytest.mark.parametrize(
    ("rhythm", "due_on"),
    [
        ("on_date", today() + timedelta(days=9)),
        ("on_change", today() + timedelta(days=9)),
        ("on_change", None),
        ("off", None),
        ("every_3_months", today() + timedelta(days=200)),
    ],
)
def test_what_is_no_period_or_is_later_anyway_stays_when_they_spend_their_points(
    owner, user, rhythm, due_on
):
    make_reminder(user, rhythm, due_on=due_on)
    make_reminder(make_user("other@example.org"), due_on=today())
    stored = list(Reminder.objects.order_by("pk").values())
    owner.post("/", points("6-2-2-0-0", submission=str(uuid.uuid4())))
    assert list(Reminder.objects.order_by("pk").values()) == stored


# --- The page ---


def test_nobody_is_reminded_who_did_not_choose_it(owner, user):
    prove_address(user)
    response = owner.get(PATH)
    assert response.status_code == 200
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert "No reminder set." in text_of(response)
    assert response.content.decode().count(" checked") == 1
    assert '<input type="radio" name="rhythm" value="off"' in response.content.decode()
    assert not Reminder.objects.exists()


@pytest.mark.parametrize(("rhythm", "months"), PERIODS.items())
def test_a_periodic_one_counts_from_the_last_assessment(owner, user, rhythm, months):
    prove_address(user)
    last = timezone.now() - timedelta(days=40)
    make_assessment(user, taken_at=last - timedelta(days=10))
    make_assessment(user, taken_at=last)
    make_assessment(make_user("other@example.org"))
    response = owner.post(PATH, {"rhythm": rhythm}, follow=True)
    assert response.redirect_chain == [(PATH, 302)]
    due = last.date() + relativedelta(months=months)
    assert chosen(user) == (rhythm, due)
    assert f"Your next reminder goes to {user.email} on {in_words(due)} ." in text_of(response)


@pytest.mark.parametrize("days", [None, 184, 5000])
def test_it_counts_from_today_where_there_is_none_or_it_is_old(owner, user, days):
    if days:
        make_assessment(user, taken_at=timezone.now() - timedelta(days=days))
    owner.post(PATH, {"rhythm": "every_6_months"})
    assert chosen(user) == ("every_6_months", today() + relativedelta(months=6))


def test_the_same_choice_made_again_keeps_its_date(owner, user):
    make_reminder(user, due_on=date(2026, 5, 4))
    owner.post(PATH, {"rhythm": "every_6_months"})
    assert chosen(user) == ("every_6_months", date(2026, 5, 4))


@pytest.mark.parametrize("after", [timedelta(days=1), timedelta(days=400)])
def test_once_on_a_date(owner, user, after):
    prove_address(user)
    day = today() + after
    response = owner.post(PATH, {"rhythm": "on_date", "date": day.isoformat()}, follow=True)
    assert chosen(user) == ("on_date", day)
    assert f"Your next reminder goes to {user.email} on {in_words(day)} ." in text_of(response)
    assert f'value="{day.isoformat()}"' in response.content.decode()


def test_it_can_be_switched_off(owner, user):
    make_reminder(user, due_on=date(2026, 5, 4))
    owner.post(PATH, {"rhythm": "off", "date": "31 February"})
    assert chosen(user) == ("off", None)


def five_years() -> date:
    return today() + relativedelta(years=5)


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, CHOOSE_ONE),
        ({"rhythm": ""}, CHOOSE_ONE),
        ({"rhythm": "every_day"}, CHOOSE_ONE),
        ({"rhythm": "on_date"}, DATE_MISSING),
        ({"rhythm": "on_date", "date": "  "}, DATE_MISSING),
        ({"rhythm": "on_date", "date": "2027-02-30"}, NOT_A_DAY),
        ({"rhythm": "on_date", "date": "03/01/2027"}, NOT_A_DAY),
        ({"rhythm": "on_date", "date": "2027-03-0\N{ARABIC-INDIC DIGIT ONE}"}, NOT_A_DAY),
        ({"rhythm": "on_date", "date": "2027-03-01\0"}, NOT_A_DAY),
        ({"rhythm": "on_date", "date": "1999-12-31"}, NOT_TO_COME),
        ({"rhythm": "on_date", "date": lambda: oldest_today() - timedelta(days=1)}, NOT_TO_COME),
        ({"rhythm": "on_date", "date": lambda: five_years() + timedelta(days=1)}, TOO_FAR),
        ({"rhythm": "on_date", "date": "9999-12-31"}, TOO_FAR),
    ],
)
def test_what_is_wrong_is_said_and_kept_and_nothing_is_stored(owner, user, form, error):
    form = {name: str(value() if callable(value) else value) for name, value in form.items()}
    make_reminder(user, due_on=date(2026, 5, 4))
    response = owner.post(PATH, form)
    assert response.status_code == 422
    page = response.content.decode()
    assert "<title>Error: Reminders" in page
    assert page.count(str(error)) == 2  # in the summary and at the field
    assert chosen(user) == ("every_6_months", date(2026, 5, 4))
    if typed := form.get("date", "").strip():
        assert f'value="{typed}"' in page
    if form.get("rhythm") == "on_date":
        assert re.search(r'<input type="radio"[^>]*value="on_date"[^>]*checked', page)


def test_the_link_of_each_error_leads_somewhere(owner):
    page = owner.post(PATH, {}).content.decode()
    target = re.search(r'<li><a href="#([^"]+)">How often\?', page)[1]
    assert page.count(f'id="{target}"') == 1


def test_nobody_changes_what_somebody_else_chose(stranger, user):
    make_reminder(user, "on_change")
    stranger.post(PATH, {"rhythm": "every_3_months"})
    stranger.post(CHANGED)
    assert chosen(user) == ("on_change", None)


def test_a_forged_form_changes_nothing(user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert client.post(PATH, {"rhythm": "every_3_months"}).status_code == 403
    assert not Reminder.objects.exists()


def test_a_choice_for_an_account_that_is_gone_is_none(user):
    user_again = type(user).objects.get()
    user.delete()
    assert Reminder.objects.choose(user=user_again, rhythm="every_3_months") is None


def test_it_costs_the_same_whatever_was_chosen(owner, user, django_assert_num_queries):
    prove_address(user)
    for count in (1, 3):
        for _ in range(count):
            make_assessment(user)
        with django_assert_num_queries(3):  # session and person, reminder, address
            owner.get(PATH)


# --- "When something changes in my life" ---


def test_nothing_comes_until_something_changed(owner, user):
    prove_address(user)
    response = owner.post(PATH, {"rhythm": "on_change"}, follow=True)
    assert chosen(user) == ("on_change", None)
    assert (
        "No date yet. When something changes, press the button below,"
        " and we'll email you two weeks later." in text_of(response)
    )
    assert "Something changed in my life" in text_of(response)


def test_the_mail_comes_two_weeks_after_a_change_and_once_only(owner, user):
    prove_address(user)
    make_reminder(user, "on_change")
    response = owner.post(CHANGED, follow=True)
    assert response.redirect_chain == [(PATH, 302)]
    due = today() + timedelta(days=14)
    assert chosen(user) == ("on_change", due)
    assert f"Your next reminder goes to {user.email} on {in_words(due)} ." in text_of(response)
    assert "Something changed in my life" not in text_of(response)

    Reminder.objects.update(due_on=due - timedelta(days=3))
    owner.post(CHANGED)
    assert chosen(user) == ("on_change", due - timedelta(days=3))


@pytest.mark.parametrize(
    ("rhythm", "due_on"), [("off", None), ("every_3_months", date(2026, 5, 4))]
)
def test_a_change_is_of_no_interest_to_another_rhythm(owner, user, rhythm, due_on):
    make_reminder(user, rhythm, due_on=due_on)
    assert owner.post(CHANGED).url == PATH
    assert chosen(user) == (rhythm, due_on)
    assert "Something changed in my life" not in text_of(owner.get(PATH))


# --- An unverified email address ---


def test_an_address_that_is_not_confirmed_gets_nothing_and_the_page_says_so(owner, user):
    response = owner.post(PATH, {"rhythm": "every_3_months"}, follow=True)
    due = today() + relativedelta(months=3)
    assert chosen(user) == ("every_3_months", due)
    words = text_of(response)
    assert f"Your next reminder is due on {in_words(due)} , but we can't send it until" in words
    assert f"Please confirm {user.email} so we can send reminders. Send a" in words
    owner.post(PATH, {"rhythm": "off"})
    words = text_of(owner.get(PATH))
    assert f"Please confirm {user.email} so we can send reminders. You can set your" in words


def test_a_link_by_mail_confirms_it_where_there_are_no_codes(owner, user):
    response = owner.post(CONFIRM, follow=True)
    assert response.redirect_chain == [(PATH, 302)]
    assert f"We sent a link to {user.email}. Open it to confirm your email." in text_of(response)
    (message,) = mail.outbox
    assert message.to == [user.email]
    link = re.search(r"^http://127\.0\.0\.1:8000(/accounts/confirm-email/\S+)$", message.body, re.M)
    page = text_of(owner.get(link[1]))
    assert f"Press the button to confirm {user.email}." in page
    assert "Is this your email?" not in page
    assert owner.post(link[1]).url == PATH
    assert EmailAddress.objects.get().verified
    assert "Send a confirmation email" not in text_of(owner.get(PATH))


def test_a_code_by_mail_confirms_it_where_there_is_a_mail_server(owner, user, settings):
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
    response = owner.post(CONFIRM)
    assert response.url == "/accounts/confirm-email/?next=%2Freminders%2F"
    page = owner.get(response.url).content.decode()
    assert f"A code for {user.email} is on its way." in page
    assert '<input type="hidden" name="next" value="/reminders/">' in page
    code = {"code": code_in(mail.outbox[0]), "next": PATH}
    assert owner.post("/accounts/confirm-email/", code).url == PATH
    assert EmailAddress.objects.get().verified
    words = text_of(owner.get(PATH))
    assert "Send a confirmation email" not in words
    assert "Your email is confirmed." in words


@pytest.mark.parametrize(
    ("asks", "back"),
    [("talks", "/talks/"), ("reminders", PATH), ("//elsewhere.example/", PATH), ("", PATH)],
)
def test_it_leads_back_to_the_page_that_asked(owner, user, asks, back):
    assert owner.post(CONFIRM, {"next": asks}).url == back
    EmailAddress.objects.update(verified=True)
    assert owner.post(CONFIRM, {"next": asks}).url == back


def test_asking_too_often_sends_one_mail_and_says_so(owner, user):
    owner.post(CONFIRM)
    response = owner.post(CONFIRM, follow=True)
    assert "Wait a little before asking for another." in text_of(response)
    assert len(mail.outbox) == 1


def test_once_it_is_sent_the_page_asks_to_look_for_it(owner, user):
    page = text_of(owner.post(CONFIRM, follow=True))
    assert f"Follow the link that we sent to {user.email}." in page
    assert "Send it again" in page
    assert "Confirm your email" not in page


def test_a_confirmed_address_is_not_asked_to_confirm_itself(owner, user):
    prove_address(user)
    assert owner.post(CONFIRM).url == PATH
    assert mail.outbox == []


def test_history_and_each_assessment_lead_here(owner, user):
    assessment = make_assessment(user)
    # The menu links here from every page, and the home page has a second link.
    for path, links in {"/history/": 2, assessment.get_absolute_url(): 1}.items():
        assert owner.get(path).content.decode().count(f'href="{PATH}"') == links
