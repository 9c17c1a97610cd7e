"""The end of a talk: withdrawal, removal from the list, and the end of its term."""

import pytest

from purposeapp.models.talk_answer import TalkSide
from tests.support.make import (
    points,
)
from tests.support.pages import words_of
from tests.support.talks import LABEL, PATH, by_id, by_key, make_talk


def test_the_guest_withdraws(owner, user, guest):
    made = make_talk(user, "open")
    asked = words_of(guest.get(by_key(made, "withdraw/")))
    assert "Withdraw from this talk?" in asked
    assert "Anna keeps theirs, and sees that you've withdrawn." in asked
    response = guest.post(by_key(made, "withdraw/"))
    assert (response.status_code, response.url) == (303, by_key(made))
    gone = guest.get(by_key(made))
    assert gone.status_code == 410
    assert "You've withdrawn from this talk" in words_of(gone)
    page = owner.get(by_id(made))
    assert page.status_code == 200
    assert f"{LABEL} has withdrawn." in words_of(page)
    assert "Business driven 7" in page.content.decode()
    assert "Community spirit 6" not in page.content.decode()
    assert f"{LABEL} has withdrawn." in words_of(owner.get(PATH))


def test_who_has_entered_nothing_reads_of_nothing_that_is_left(owner, user, guest):
    made = make_talk(user, "started", label="")
    guest.post(by_key(made, "withdraw/"))
    page = owner.get(by_id(made))
    assert "Your guest has withdrawn. You can invite someone else." in words_of(page)
    assert 'href="/talks/#invite"' in page.content.decode()
    assert "Your points" not in words_of(page)
    made = make_talk(user, "started")
    owner.post(by_id(made, "withdraw/"))
    words = words_of(guest.get(by_key(made)))
    assert "The other person has withdrawn." in words
    assert "still here" not in words
    assert "invite" not in words


def test_a_talk_that_the_guest_left_is_removed_from_the_list(owner, user, guest):
    made = make_talk(user, "left")
    remove = f'<a href="{by_id(made, "withdraw/")}">'
    for path in (PATH, by_id(made)):
        page = owner.get(path)
        assert "Remove from my list" in words_of(page)
        assert "Withdraw" not in words_of(page)
        assert remove in page.content.decode()
    asked = words_of(owner.get(by_id(made, "withdraw/")))
    assert (
        "Remove this talk? You won't see it in your list any more. What you entered in it "
        "will be deleted. This can't be undone. Remove Cancel"
    ) in asked
    response = owner.post(by_id(made, "withdraw/"), follow=True)
    assert "Talk removed from your list." in words_of(response)
    assert by_id(made) not in response.content.decode()
    assert not made.talk.answers.filter(side=TalkSide.INVITER).exists()


def test_a_guest_without_a_list_removes_a_talk_that_the_inviter_left(user, guest):
    made = make_talk(user, "withdrawn")
    assert "Remove this talk" in words_of(guest.get(by_key(made)))
    asked = words_of(guest.get(by_key(made, "withdraw/")))
    assert "Remove this talk? What you entered in it will be deleted" in asked
    assert "list" not in asked
    assert guest.post(by_key(made, "withdraw/")).url == by_key(made)
    assert not made.talk.answers.exists()
    gone = guest.get(by_key(made))
    assert gone.status_code == 410
    assert "Talk removed Everything you entered in it has been deleted." in words_of(gone)
    assert "You've withdrawn" not in words_of(gone)


def test_only_a_talk_that_the_other_left_can_be_removed(owner, user):
    for state in ("invited", "started", "answered", "agreed", "open", "over", "expired"):
        make_talk(user, state)
    assert "Remove" not in words_of(owner.get(PATH))


def test_the_inviter_withdraws(owner, user, guest):
    made = make_talk(user, "open")
    response = owner.post(by_id(made, "withdraw/"), follow=True)
    assert "You've withdrawn. Your points, guess and note have been deleted." in words_of(response)
    assert by_id(made) not in response.content.decode()
    page = guest.get(by_key(made))
    assert page.status_code == 200
    assert "The other person has withdrawn." in words_of(page)
    assert "Anna" not in page.content.decode()
    assert "Community spirit 6" in page.content.decode()


def test_after_its_term_a_talk_is_over(owner, user, guest):
    made = make_talk(user, "over")
    for response in (owner.get(by_id(made)), guest.get(by_key(made))):
        assert response.status_code == 410
        assert "This talk is over" in words_of(response)
    assert "This talk is over." in words_of(owner.get(PATH))


@pytest.mark.parametrize("kind", ["now", "future", "guess"])
@pytest.mark.parametrize("state", ["over", "left", "withdrawn"])
def test_points_that_come_too_late_for_a_talk_still_have_a_result(owner, user, guest, kind, state):
    made = make_talk(user, state)
    for response in (
        owner.post(by_id(made, f"{kind}/"), points("6-2-2-0-0")),
        guest.post(by_key(made, f"{kind}/"), points("6-2-2-0-0")),
    ):
        assert response.status_code == 410
        link = 'href="/splits/6-2-2-0-0/">See the result of these points</a>'
        assert link in response.content.decode()
    stale = guest.post(by_key(made, f"{kind}/"), points("6-2-2-0-1"))
    assert b"See the result" not in stale.content


def test_the_end_of_a_talk_leads_a_signed_in_person_to_their_talks(owner, user, guest):
    link = 'href="/talks/">Your talks</a>'
    for state in ("over", "withdrawn"):
        made = make_talk(user, state)
        response = owner.get(by_id(made))
        assert response.status_code == 410
        assert link in response.content.decode()
    left = make_talk(user, "left")
    assert link not in guest.get(by_key(left)).content.decode()


def test_an_inviter_whose_invitation_expired_can_invite_again(owner, user, guest):
    made = make_talk(user, "expired")
    for path in (by_id(made), f"/invitations/{made.invite_key}/"):
        response = owner.get(path)
        assert response.status_code == 410
        said = words_of(response)
        assert "This invitation has expired Nobody used it. Invitations last 14 days." in said
        assert 'href="/talks/#invite">Invite someone</a>' in response.content.decode()
    theirs = words_of(guest.get(f"/invitations/{made.invite_key}/"))
    assert "Ask the person who sent it for a new one." in theirs


@pytest.mark.parametrize("state", ["left", "withdrawn"])
def test_after_an_open_talk_a_page_says_that_its_points_may_have_been_seen(
    owner, user, guest, state
):
    made = make_talk(user, state)
    page = owner.get(by_id(made)) if state == "left" else guest.get(by_key(made))
    said = words_of(page)
    assert "You had both agreed before, so they may have seen what you entered." in said
    assert "for you alone" not in said


def test_before_an_open_talk_what_one_entered_stays_ones_own(owner, user):
    made = make_talk(user, "agreed")
    made.talk.withdraw(TalkSide.GUEST)
    assert "What you entered is still here, for you alone." in words_of(owner.get(by_id(made)))


@pytest.mark.parametrize("state", ["left", "withdrawn", "over"])
def test_a_note_that_comes_too_late_is_shown_to_be_copied(owner, user, guest, state):
    made = make_talk(user, state)
    note = {"text": "Line one\r\n<b>two</b>"}
    for response in (
        owner.post(by_id(made, "note/"), note),
        guest.post(by_key(made, "note/"), note),
    ):
        assert response.status_code == 410
        page = response.content.decode()
        assert "Your note came too late to be saved" in page
        assert '<blockquote dir="auto">Line one\r\n&lt;b&gt;two&lt;/b&gt;</blockquote>' in page


def test_an_invitation_that_is_revoked_twice_is_said_to_be_revoked(owner, user):
    made = make_talk(user)
    owner.post(by_id(made, "withdraw/"))
    response = owner.post(by_id(made, "withdraw/"))
    assert response.status_code == 410
    assert "Invitation revoked Everything you entered in it has been deleted." in words_of(response)
