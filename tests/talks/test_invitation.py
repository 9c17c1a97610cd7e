"""The page of an invitation, and how a guest starts from it."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from purposeapp.models import Session, Talk
from purposeapp.models.talk_answer import TalkSide
from purposeapp.models.talk_queryset import (
    START_REPEATS,
)
from tests.support.pages import words_of
from tests.support.tables import rows_of_all_tables
from tests.support.talks import PATH, by_id, link_in, make_talk, talk_of


def test_a_hundred_looks_at_an_invitation_change_no_row(user, guest):
    made = make_talk(user)
    stored = Talk.objects.values().get()
    counted = rows_of_all_tables()
    for _ in range(50):
        assert guest.get(f"/invitations/{made.invite_key}/").status_code == 200
        assert guest.head(f"/invitations/{made.invite_key}/").status_code == 200
    assert Talk.objects.values().get() == stored
    assert rows_of_all_tables() == counted
    assert not Session.objects.exists()


def test_it_says_who_asks_what_will_be_seen_and_until_when(user, guest):
    made = make_talk(user)
    words = words_of(guest.get(f"/invitations/{made.invite_key}/"))
    assert "Anna invites you" in words
    assert "Until you've both agreed to share your points" in words
    assert "You can withdraw at any time." in words
    assert f"You can start until {made.talk.expires_at:%-d %B %Y}." in words


def test_starting_leads_to_an_address_of_ones_own(user, guest):
    made = make_talk(user)
    response = guest.post(f"/invitations/{made.invite_key}/")
    assert response.status_code == 303
    key = re.fullmatch("/talk/([A-Za-z0-9_-]{22})/", response.url)[1]
    assert Talk.objects.of_guest(key) == made.talk
    page = guest.get(response.url)
    assert "This link is your way back, on any device." in words_of(page)
    assert link_in(page) == response.url
    assert Client().get(response.url).status_code == 200
    assert not Session.objects.exists()


def test_a_press_whose_answer_was_lost_leads_the_same_browser_to_the_same_address(user, guest):
    made = make_talk(user)
    path = f"/invitations/{made.invite_key}/"
    guest.get(path)
    assert "csrftoken" in guest.cookies
    first, second = guest.post(path), guest.post(path)
    assert (second.status_code, second.url) == (303, first.url)
    other = Client()
    other.get("/accounts/login/")
    assert other.post(path).status_code == 410
    long_ago = timezone.now() - START_REPEATS
    Talk.objects.update(made_at=long_ago, started_at=long_ago)
    assert guest.post(path).status_code == 410


def test_the_link_of_an_invitation_leads_back_in_the_browser_that_started_it(user, guest):
    """Guests have this link in their mail.

    It leads back only after a press, since someone else may use the browser by now.
    """
    made = make_talk(user)
    path = f"/invitations/{made.invite_key}/"
    guest.get(path)
    own = guest.post(path).url
    long_ago = timezone.now() - START_REPEATS
    Talk.objects.update(made_at=long_ago, started_at=long_ago)
    page = guest.get(path)
    assert page.status_code == 410
    assert words_of(page).startswith("You've already started")
    assert f'href="{own}">Open my side</a>' in page.content.decode()
    other = Client()
    other.get("/accounts/login/")
    assert "csrftoken" in other.cookies
    for someone in (other, Client()):
        page = someone.get(path)
        assert words_of(page).startswith("This invitation is already in use")
        assert "open this link with the browser or account you used then" in words_of(page)
        assert "/talk/" not in page.content.decode()


@pytest.mark.parametrize(
    ("state", "title"),
    [
        ("started", "This invitation is already in use"),
        ("open", "This invitation is already in use"),
        ("withdrawn", "This invitation was revoked"),
        ("expired", "This invitation has expired"),
        ("over", "This invitation is already in use"),
    ],
)
def test_one_that_is_used_up_says_so(user, guest, state, title):
    made = make_talk(user, state)
    stored = Talk.objects.values().get()
    for method in (guest.get, guest.post):
        response = method(f"/invitations/{made.invite_key}/")
        assert response.status_code == 410
        assert words_of(response).startswith(title)
    assert Talk.objects.values().get() == stored


def test_whoever_is_too_late_by_a_moment_reads_so(user, guest, monkeypatch):
    made = make_talk(user)
    start = Talk.objects.start
    monkeypatch.setattr(
        type(Talk.objects),
        "start",
        lambda self, key, *, user, guest_key: start(key, user=user) and start(key, user=user),
    )
    response = guest.post(f"/invitations/{made.invite_key}/")
    assert response.status_code == 410
    assert "already in use" in words_of(response)


def test_a_revoked_one_says_so(owner, user, guest):
    made = make_talk(user)
    assert "Revoke this invitation?" in words_of(owner.get(by_id(made, "withdraw/")))
    response = owner.post(by_id(made, "withdraw/"), follow=True)
    assert "Invitation revoked." in words_of(response)
    assert guest.get(f"/invitations/{made.invite_key}/").status_code == 410


def test_a_key_that_nobody_has_opens_nothing(guest):
    for path in ("/invitations/wrong/", "/talk/wrong/", "/talk/wrong/now/", "/talk/%00/"):
        for page in (guest.get(path), guest.post(path)):
            assert page.status_code == 404
            words = "This link doesn't work Check that it's complete."
            assert words_of(page).startswith(words)


def test_a_guest_who_withdrew_reads_so_where_they_began(user):
    guest, made = Client(), make_talk(user, "invited")
    path = f"/invitations/{made.invite_key}/"
    guest.get(path)
    side = guest.post(path).url
    guest.post(f"{side}withdraw/")
    page = guest.get(path)
    assert page.status_code == 410
    assert "You've withdrawn from this talk" in words_of(page)
    assert "Open my side" not in words_of(page)


def test_the_inviter_does_not_start_their_own(owner, user):
    made = make_talk(user)
    page = owner.get(f"/invitations/{made.invite_key}/")
    assert "This is your own invitation" in words_of(page)
    assert b'type="submit">Start' not in page.content
    response = owner.post(f"/invitations/{made.invite_key}/")
    assert (response.status_code, response.url) == (303, by_id(made))
    assert talk_of(made.talk).started_at is None


def test_a_guest_who_is_signed_in_has_it_in_their_list(user, stranger):
    made = make_talk(user)
    response = stranger.post(f"/invitations/{made.invite_key}/")
    assert (response.status_code, response.url) == (303, by_id(made))
    listed = stranger.get(PATH)
    assert "Invitation from Anna" in words_of(listed)
    assert by_id(made) in listed.content.decode()
    assert "A talk with Anna" in words_of(stranger.get(by_id(made)))
    again = stranger.get(f"/invitations/{made.invite_key}/")
    assert (again.status_code, again.url) == (303, by_id(made))


def test_whoever_uses_the_browser_after_a_guest_signed_out_gets_nothing_of_their_side(
    user, stranger
):
    """Neither from the invitation, nor from an address in the browser's history."""
    made = make_talk(user)
    path = f"/invitations/{made.invite_key}/"
    stranger.get(path)
    assert "csrftoken" in stranger.cookies
    first, second = stranger.post(path), stranger.post(path)
    assert first.url == second.url == by_id(made)
    stranger.post("/accounts/logout/")
    for page in (stranger.get(path), stranger.post(path)):
        assert page.status_code == 410
        assert words_of(page).startswith("This invitation is already in use")
        assert "/talk/" not in page.content.decode()
    assert stranger.get(first.url).url == f"/accounts/login/?next={first.url}"


def test_a_signed_in_guest_who_withdrew_reads_so_where_they_began(user, stranger):
    made = make_talk(user)
    path = f"/invitations/{made.invite_key}/"
    stranger.post(path)
    stranger.post(by_id(made, "withdraw/"))
    page = stranger.get(path)
    assert page.status_code == 410
    assert "You've withdrawn from this talk" in words_of(page)


def test_the_inviters_own_page_that_is_passed_on_leads_to_the_invitation(stranger, owner, user):
    client, made = Client(), make_talk(user)
    page = f"{by_id(made)}?link={made.invite_key}"
    for guest in (client, stranger):
        assert guest.get(page).url == f"/invitations/{made.invite_key}/"
    # It may also be the inviter, whose session has ended.
    said = client.get(page, follow=True).content.decode()
    here = f"/accounts/login/?next=%2Finvitations%2F{made.invite_key}%2F"
    assert f'<a href="{here}">Sign in</a> to see your side.' in " ".join(said.split())
    assert owner.get(page).status_code == 200
    made.talk.withdraw(TalkSide.INVITER)
    for key in ("", "a/b", "%00", "\u0661", "nobodys-key", made.invite_key):
        assert client.get(by_id(made), {"link": key}).url.startswith("/accounts/login/")
        assert stranger.get(by_id(made), {"link": key}).status_code == 404
