"""The ten points that each side enters: now, in the future, and a guess."""

import re

import pytest
from django.test import Client

from purposeapp.models.talk_answer import TalkKind, TalkSide
from purposeapp.split import Split
from tests.support.headers import ORIGIN
from tests.support.make import (
    make_assessment,
    make_goal,
    points,
)
from tests.support.outage import database_away
from tests.support.pages import words_of
from tests.support.talks import (
    GUESTS,
    INVITERS,
    by_id,
    by_key,
    make_talk,
    talk_of,
)


def test_a_guest_needs_no_cookie(user):
    made = make_talk(user, "answered")
    browser = Client(enforce_csrf_checks=True, headers=ORIGIN)
    other = make_talk(user)

    def post(path: str, form: dict | None = None):
        browser.cookies.clear()
        return browser.post(path, form or {})

    assert post(f"/invitations/{other.invite_key}/").status_code == 303
    assert post(by_key(made, "now/"), points("0-0-0-0-10")).status_code == 303
    assert post(by_key(made, "note/"), {"text": "No cookie."}).status_code == 303
    assert post(by_key(made, "agree/")).status_code == 303
    stored = talk_of(made.talk)
    assert str(stored.answered[TalkSide.GUEST][TalkKind.NOW]) == "0-0-0-0-10"
    assert stored.has_agreed(TalkSide.GUEST)
    assert post(by_id(made, "agree/")).status_code == 403


def test_with_cookies_a_form_needs_its_token(user):
    made = make_talk(user, "answered")
    browser = Client(enforce_csrf_checks=True, headers=ORIGIN)
    browser.get(by_key(made, "now/"))
    response = browser.post(by_key(made, "now/"), points("0-0-0-0-10"))
    assert response.status_code == 403
    assert 'value="10"' in response.content.decode()  # the form keeps what was sent
    assert browser.post(by_key(made, "agree/")).status_code == 403
    elsewhere = Client(enforce_csrf_checks=True, headers={"origin": "https://evil.example"})
    assert elsewhere.post(by_key(made, "agree/")).status_code == 403
    assert not talk_of(made.talk).has_agreed(TalkSide.GUEST)


def test_what_guests_send_is_limited_and_what_they_look_at_is_not(user, guest, settings):
    settings.ACCOUNT_RATE_LIMITS = {"talk": "3/m/ip"}
    made = make_talk(user, "answered")
    for _ in range(3):
        assert guest.post(by_key(made, "now/"), points("0-0-0-0-10")).status_code == 303
    for path in (by_key(made, "now/"), by_key(made, "agree/"), f"/invitations/{made.invite_key}/"):
        response = guest.post(path, points("0-0-0-0-10"))
        assert (response.status_code, response["Retry-After"]) == (429, "60")
    assert guest.get(by_key(made)).status_code == 200


def test_while_the_database_is_away_a_guests_points_are_held(user, guest, monkeypatch):
    # Stop the test client from re-raising an exception that was handled with a response.
    monkeypatch.setattr(Client, "store_exc_info", lambda self, **kwargs: None)
    made = make_talk(user, "started")
    with database_away():
        response = guest.post(by_key(made, "now/"), points("4-3-3-0-0"))
    assert response.status_code == 503
    page = response.content.decode()
    assert f'action="{by_key(made, "now/")}"' in page
    assert 'name="business_driven" value="4"' in page
    assert not made.talk.answers.exists()


@pytest.mark.parametrize("side", TalkSide)
def test_each_side_is_led_through_now_future_and_guess(owner, user, guest, side):
    made = make_talk(user, "started")
    client, address = (owner, by_id(made)) if side == TalkSide.INVITER else (guest, by_key(made))
    home = client.get(address).content.decode()
    assert f'href="{address}now/"' in home
    for page, split, next_page in (
        ("now/", "7-0-2-1-0", "future/"),
        ("future/", "3-4-2-1-0", "guess/"),
        ("guess/", "1-1-1-1-6", ""),
    ):
        response = client.post(f"{address}{page}", points(split))
        assert (response.status_code, response.url) == (303, address + next_page)
    assert "Agree to share my points" in words_of(client.get(address))
    stored = talk_of(made.talk).answered
    assert {kind: str(split) for kind, split in stored[side].items()} == INVITERS
    assert stored[side.other] == {}


def test_an_answer_is_there_to_be_changed(user, guest):
    made = make_talk(user, "answered")
    form = guest.get(by_key(made, "future/")).context["form"]
    assert form.points == Split.parse(GUESTS[TalkKind.FUTURE]).as_dict()
    response = guest.post(by_key(made, "future/"), points("10-0-0-0-0"))
    assert response.url == by_key(made)
    assert str(talk_of(made.talk).answered[TalkSide.GUEST][TalkKind.FUTURE]) == "10-0-0-0-0"


def test_points_that_do_not_add_up_are_refused_with_all_that_was_typed(user, guest):
    made = make_talk(user, "started")
    response = guest.post(by_key(made, "now/"), points("5-x-5-3-0"))
    assert response.status_code == 422
    assert 'value="x"' in response.content.decode()
    assert "Enter a whole number from 0 to 10." in words_of(response)
    assert not made.talk.answers.exists()


def test_a_step_answers_with_the_new_rest_and_stores_nothing(user, guest):
    made = make_talk(user, "started")
    response = guest.post(by_key(made, "now/"), points("5-0-0-0-0", step="job_seeking+"))
    assert response.status_code == 200
    assert "4 of 10 points left" in words_of(response)
    assert not made.talk.answers.exists()


def test_the_future_stands_beside_now(user, guest):
    made = make_talk(user, "started")
    made.talk.answer(TalkSide.GUEST, TalkKind.NOW, Split.parse("6-2-2-0-0"))
    page = guest.get(by_key(made, "future/"))
    assert "now 6" in words_of(page)
    assert b'href="?start=6-2-2-0-0"' in page.content
    started = guest.get(by_key(made, "future/") + "?start=6-2-2-0-0")
    assert started.context["form"].points == Split.parse("6-2-2-0-0").as_dict()


def test_the_latest_result_and_the_goal_are_offered(owner, user):
    make_assessment(user, "6-2-2-0-0")
    make_goal(user, "4-3-3-0-0")
    made = make_talk(user)
    assert (
        b'href="?start=6-2-2-0-0">Start from my last result'
        in owner.get(by_id(made, "now/")).content
    )
    assert (
        b'href="?start=4-3-3-0-0">Start from my goal' in owner.get(by_id(made, "future/")).content
    )


def title_of(response) -> str:
    title = re.search("<title>(.*?)</title>", response.content.decode(), re.DOTALL)[1]
    return " ".join(title.split())


def test_each_page_of_a_talk_names_the_other_person(owner, user, guest):
    made = make_talk(user, "started", label="Robin <3")
    assert title_of(owner.get(by_id(made))) == "A talk with Robin &lt;3 · Five Purposes"
    assert title_of(guest.get(by_key(made))) == "A talk with Anna · Five Purposes"
    for page, said in (
        ("guess/", "How do you think {} spends their ten points now?"),
        ("note/", "{} can read it once you've both agreed to share."),
        ("withdraw/", "{} keeps theirs, and sees that you've withdrawn."),
    ):
        assert said.format("Robin <3") in words_of(owner.get(by_id(made, page)))
        assert said.format("Anna") in words_of(guest.get(by_key(made, page)))
    asked = make_talk(user, "started", label="")
    guess = "How do you think your guest spends their ten points now?"
    assert guess in words_of(owner.get(by_id(asked, "guess/")))


def test_each_step_says_which_it_is_and_each_link_what_it_changes(user, guest):
    made = make_talk(user, "answered")
    for number, page in enumerate(("now/", "future/", "guess/"), start=1):
        assert f"Back to the talk · step {number} of 3" in words_of(guest.get(by_key(made, page)))
    words = words_of(guest.get(by_key(made)))
    for link in ("ten points today", "ten points in the future", "guess"):
        assert f"Change your {link}" in words
    assert "Community spirit 6, Learning sponge 3, Vanity project 1" in words
    made.talk.answers.filter(kind=TalkKind.GUESS).delete()
    assert "Add your guess" in words_of(guest.get(by_key(made)))


@pytest.mark.parametrize(
    ("state", "title"),
    [
        ("invited", "Revoke this invitation?"),
        ("answered", "Withdraw from this talk?"),
        ("open", "Withdraw from this talk?"),
        ("left", "Remove this talk?"),
    ],
)
def test_a_confirmation_says_what_it_is_about(owner, user, state, title):
    page = owner.get(by_id(make_talk(user, state), "withdraw/"))
    assert title_of(page) == f"{title} · Five Purposes"
    goes_for_both = "The comparison and the questions disappear for both of you."
    assert (goes_for_both in words_of(page)) == (state == "open")
