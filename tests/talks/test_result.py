"""Agreement to share, and the result that both then see."""

import re
from html import unescape

import pytest
from dateutil.relativedelta import relativedelta
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from purposeapp.models import Reminder, Talk, TalkNote, TalkQuestion, User
from purposeapp.models.talk_answer import TalkKind, TalkSide
from purposeapp.models.talk_note import NOTE_MAX_LENGTH
from purposeapp.split import Split
from tests.support.make import (
    make_user,
    prove_address,
)
from tests.support.pages import words_of
from tests.support.talks import (
    GUESTS,
    INVITERS,
    LABEL,
    PATH,
    by_id,
    by_key,
    link_in,
    make_talk,
    talk_of,
)


def statuses_in(response) -> list[str]:
    """Return the text of each element of the page that a screen reader announces."""
    found = re.findall(
        r'<(div|p)[^>]* role="status">(.*?)</\1>', response.content.decode(), re.DOTALL
    )
    return [" ".join(re.sub("<[^>]+>", "", unescape(words)).split()) for _tag, words in found]


def test_that_points_cannot_change_afterwards_is_said_before(user, guest):
    made = make_talk(user, "answered")
    words = words_of(guest.get(by_key(made)))
    assert "After you agree, your points can't change." in words
    response = guest.post(by_key(made, "agree/"))
    assert (response.status_code, response.url) == (303, f"{by_key(made)}?agreed")
    words = words_of(guest.get(by_key(made)))
    assert "You've agreed to share your points" in words
    assert "You'll both see everything here once Anna agrees too." in words
    assert "This page doesn't update by itself, so reload it later." in words
    assert "Change" not in words
    for page in ("now/", "future/", "guess/"):
        response = guest.get(by_key(made, page))
        assert (response.status_code, response.url) == (303, by_key(made))


def test_whoever_waits_for_a_guest_reads_that_nobody_has_started(owner, user):
    words = words_of(owner.get(by_id(make_talk(user, label=""))))
    assert "Your guest hasn't started yet." in words
    assert "Once your guest has started, you can agree to share your points." in words


def test_whoever_has_not_finished_agrees_to_nothing(user, guest):
    made = make_talk(user, "started")
    assert "Agree to share my points" not in words_of(guest.get(by_key(made)))
    assert guest.post(by_key(made, "agree/")).url == by_key(made)
    assert not talk_of(made.talk).has_agreed(TalkSide.GUEST)


def test_both_see_both_pairs_the_moves_the_differences_and_questions(owner, user, guest):
    made = make_talk(user, "open")
    for response, first, other in (
        (
            owner.get(by_id(made)),
            f"Ask {LABEL} these questions. They're worded to be read aloud, so they call you “ An",
            LABEL,
        ),
        (
            guest.get(by_key(made)),
            "Ask Anna these questions. They're worded to be read aloud, so they call you “ your",
            "Anna",
        ),
    ):
        words = words_of(response)
        assert "From now to the future: 4 points from Business driven to Community spirit" in words
        assert "From now to the future: 5 points from Vanity project to Community spirit" in words
        assert f"{other} 's guess" not in words
        assert f"How you compare Now, {other} has " in words
        assert f"Questions to talk about {first}" in words
        table = re.search("<tbody>(.*)</tbody>", response.content.decode(), re.DOTALL)[1]
        numbers = re.findall("<td>([0-9]+)</td>", table)
        mine, theirs = (INVITERS, GUESTS) if other == LABEL else (GUESTS, INVITERS)
        expected = [
            mine[TalkKind.NOW],
            mine[TalkKind.FUTURE],
            theirs[TalkKind.GUESS],
            theirs[TalkKind.NOW],
            theirs[TalkKind.FUTURE],
            mine[TalkKind.GUESS],
        ]
        assert ["-".join(numbers[column::6]) for column in range(6)] == expected
        assert "Now Future Guess Now Future Guess Business driven" in words
        assert "Guess: what the other person expected for now." in words


def test_each_asks_the_other_questions_that_are_true_of_the_other(owner, user, guest):
    made = make_talk(user, "open")
    for_guest = [
        "You put 0 points on Business driven, and Anna put 7 points. What brought you there?",
        "You'd like to move 5 points from Vanity project to Community spirit.",
        "We both want more points on Community spirit.",
        "You want to go from being seen to being useful.",
        "For Business driven, you guessed that Anna would put 2 points, but it's 7 points.",
    ]
    for_inviter = [
        "You put 7 points on Business driven, and your guest put 0 points. What brought you there?",
        "You'd like to move 4 points from Business driven to Community spirit.",
        "We both want more points on Community spirit.",
        "For Business driven, your guest guessed that you'd put 2 points, but you put 7 points.",
    ]
    pages = owner.get(by_id(made)), guest.get(by_key(made))
    for page, asked in zip(pages, (for_guest, for_inviter), strict=True):
        questions = page.context["both"]["questions"]
        assert [q[: len(a)] for q, a in zip(questions, asked, strict=True)] == asked
        assert all(question in words_of(page) for question in questions)
    # The sheet has both lists, and is the same for both.
    for page in (owner.get(by_id(made, "sheet/")), guest.get(by_key(made, "sheet/"))):
        both = page.context["both"]
        assert both["for_guest"] == pages[0].context["both"]["questions"]
        assert both["for_inviter"] == pages[1].context["both"]["questions"]
        said = words_of(page)
        assert said.count("Questions for the guest You put 0 points on Business driven") == 1
        assert said.count("Questions for Anna You put 7 points on Business driven") == 1
        assert all(question in said for question in both["for_guest"] + both["for_inviter"])


def test_the_sheet_is_for_both_to_read_and_holds_no_private_label(owner, user, guest):
    made = make_talk(user, "open")
    owner.post(by_id(made, "note/"), {"text": "Mine."})
    guest.post(by_key(made, "note/"), {"text": "Theirs."})
    words = words_of(owner.get(by_id(made, "sheet/")))
    assert words_of(guest.get(by_key(made, "sheet/"))) == words
    assert LABEL not in words
    for each in (
        "Print or save as PDF Anna Now",
        "Note from Anna Mine. The guest Now",
        "Note from the guest Theirs. Points on",
        "Anna placed 8 of the guest's 10 points right. The biggest miss was Learning sponge",
        "The guest placed 5 of Anna's 10 points right. The biggest miss was Business driven",
        "Now, the guest has 6 more points than Anna on Vanity project, and 7 fewer on Business",
        "In the future, the guest wants 2 more points than Anna on Community spirit",
    ):
        assert each in words


def test_without_a_name_the_guest_is_your_guest(owner, user):
    words = words_of(owner.get(by_id(make_talk(user, "open", label=""))))
    assert "A talk with your guest" in words
    assert "You placed 8 of your guest's 10 points right." in words
    assert "Your guest placed 5 of your 10 points right." in words
    assert "Now, your guest has 6 more points than you on Vanity project," in words
    assert (
        "Ask your guest these questions. They're worded to be read aloud, so they call you “ Anna "
        in words
    )


def test_a_guess_of_one_side_is_a_column_of_the_other(owner, user):
    inviters = {kind: split for kind, split in INVITERS.items() if kind != TalkKind.GUESS}
    response = owner.get(by_id(make_talk(user, "open", inviters=inviters)))
    assert "Purpose Now Future Guess Now Future Business driven 7 3 2 0 0" in words_of(response)
    heads = re.findall(r'<th scope="colgroup" colspan="(\d)">', response.content.decode())
    assert heads == ["3", "2"]


def test_each_reads_how_close_both_guesses_came(owner, user, guest):
    made = make_talk(user, "open", label="Robin")
    assert (
        "How close you came You placed 8 of Robin's 10 points right. Your biggest miss was "
        "Learning sponge: you guessed 1, but it's 3. Robin placed 5 of your 10 points right. "
        "The biggest miss was Business driven: the guess was 2, but it's 7."
    ) in words_of(owner.get(by_id(made)))
    assert (
        "How close you came You placed 5 of Anna's 10 points right. Your biggest miss was "
        "Business driven: you guessed 2, but it's 7. Anna placed 8 of your 10 points right. "
        "The biggest miss was Learning sponge: the guess was 1, but it's 3."
    ) in words_of(guest.get(by_key(made)))


def test_a_talk_without_guesses_is_a_talk(owner, user, guest):
    both = {TalkKind.NOW: "2-2-2-2-2", TalkKind.FUTURE: "2-2-2-2-2"}
    made = make_talk(user, "open", inviters=both, guests=both)
    words = words_of(owner.get(by_id(made)))
    assert "guess" not in words.lower()
    assert "How close" not in words
    assert "No points need to move." in words
    assert "Now, you both spend your points the same way." in words
    assert "What did each of us do on LinkedIn last week?" in words_of(guest.get(by_key(made)))


def test_questions_are_in_the_words_of_staff(user, guest):
    TalkQuestion.objects.filter(topic="guest_moves").update(text="{points}, {name}? <b>")
    made = make_talk(user, "open")
    asked = "<li>4 points, your guest? &lt;b&gt;</li>"
    assert asked in guest.get(by_key(made)).content.decode()
    TalkQuestion.objects.filter(topic="guest_moves").update(text="{name} asks.")
    assert "<li>Your guest asks.</li>" in guest.get(by_key(made)).content.decode()


def test_agreeing_is_confirmed(owner, user, guest):
    made = make_talk(user, "answered")
    for path, who, words in (
        (by_id(made), owner, f"You've agreed. We're waiting for {LABEL}."),
        (by_key(made), guest, "You've both agreed. You can both see this until"),
    ):
        response = who.post(f"{path}agree/")
        assert (response.status_code, response.url) == (303, f"{path}?agreed")
        assert [words in status for status in statuses_in(who.get(response.url))] == [True]
        assert statuses_in(who.get(path)) == []


def test_a_side_that_has_not_agreed_is_told_nothing_of_it(user, guest):
    made = make_talk(user, "started")
    assert guest.post(by_key(made, "agree/")).url == by_key(made)
    for state in ("started", "answered"):
        path = by_key(make_talk(user, state))
        assert statuses_in(guest.get(f"{path}?agreed")) == []


def test_a_note_reaches_the_other_once_it_is_open(owner, user, guest):
    made = make_talk(user, "agreed")
    response = guest.post(by_key(made, "note/"), {"text": "Line one\r\nLine <two>"})
    assert (response.status_code, response.url) == (303, f"{by_key(made)}?noted")
    assert TalkNote.objects.get().text == "Line one\nLine <two>"
    assert "Your note is saved." in words_of(guest.get(response.url))
    assert "Line one" in words_of(guest.get(by_key(made)))
    assert "Your note is saved." not in words_of(guest.get(by_key(made)))
    assert "Line one" in guest.get(by_key(made, "note/")).content.decode()
    assert "Line one" not in owner.get(by_id(made)).content.decode()
    guest.post(by_key(made, "agree/"))
    assert "Line one\nLine &lt;two&gt;" in owner.get(by_id(made)).content.decode()
    assert f"Note from {LABEL} Line one" in words_of(owner.get(by_id(made)))
    assert "Your note Line one" in words_of(guest.get(by_key(made)))
    response = guest.post(by_key(made, "note/"), {"text": ""})
    assert "Line one" not in owner.get(by_id(made)).content.decode()
    assert "Your note is deleted." in words_of(guest.get(response.url))
    assert guest.post(by_key(made, "note/"), {"text": ""}).url == by_key(made)


def test_a_note_that_comes_too_late_is_not_said_to_be_saved(user, guest, monkeypatch):
    made = make_talk(user, "agreed")
    monkeypatch.setattr(Talk, "write", lambda *args, **kwargs: False)  # the talk ended just now
    response = guest.post(by_key(made, "note/"), {"text": "Too late"})
    assert response.status_code == 410
    words = words_of(response)
    assert "Your note came too late to be saved" in words
    assert "Copy it if you still need it: Too late" in words


def note_form(client, path: str) -> dict[str, str]:
    """Return the note's form as a browser would send it from this page."""
    form = client.get(path).context["form"]
    return {name: form[name].value() for name in ("text", "note_was")}


def test_a_page_that_was_open_before_replaces_no_newer_note(user, guest):
    made = make_talk(user, "started")
    path = by_key(made, "note/")
    old, other_old = note_form(guest, path), note_form(guest, path)
    assert guest.post(path, old | {"text": "First."}).status_code == 303
    assert guest.post(path, old | {"text": "First."}).status_code == 303  # a double click
    assert guest.post(path, other_old).status_code == 303  # nothing was typed on it
    assert TalkNote.objects.get().text == "First."
    response = guest.post(path, other_old | {"text": "Second."})
    assert response.status_code == 409
    words = words_of(response)
    assert "You've changed this note on another page in the meantime" in words
    assert "The note that is saved: First." in words
    assert response.context["form"]["text"].value() == "Second."
    assert TalkNote.objects.get().text == "First."
    again = {name: response.context["form"][name].value() for name in ("text", "note_was")}
    assert guest.post(path, again).status_code == 303
    assert TalkNote.objects.get().text == "Second."


def test_a_note_that_was_deleted_on_another_page_is_written_anew(user, guest):
    made = make_talk(user, "started")
    path = by_key(made, "note/")
    guest.post(path, {"text": "First."})
    old = note_form(guest, path)
    guest.post(path, old | {"text": ""})
    assert guest.post(path, old | {"text": "Second."}).status_code == 303
    assert TalkNote.objects.get().text == "Second."


def test_a_note_that_is_too_long_is_refused_and_still_there(user, guest):
    made = make_talk(user, "started")
    response = guest.post(by_key(made, "note/"), {"text": "x" * (NOTE_MAX_LENGTH + 1)})
    assert response.status_code == 422
    assert "x" * (NOTE_MAX_LENGTH + 1) in response.content.decode()
    assert guest.post(by_key(made, "note/"), {"text": "A\0B"}).status_code == 422
    assert not TalkNote.objects.exists()


def test_the_sheet_has_it_all_and_says_how_to_lead_the_talk(owner, user, guest):
    made = make_talk(user, "open")
    guest.post(by_key(made, "note/"), {"text": "Let's take our time."})
    for response in (owner.get(by_id(made, "sheet/")), guest.get(by_key(made, "sheet/"))):
        words = words_of(response)
        assert "Listen. Don't advise, even if you know the answer." in words
        assert "How you compare" in words
        assert "Let's take our time." in words
        assert date_format(timezone.localdate()) in words


def test_what_each_can_do_with_their_own_points(owner, user, guest):
    made = make_talk(user, "open")
    for page, own in ((owner.get(by_id(made)), INVITERS), (guest.get(by_key(made)), GUESTS)):
        body = page.content.decode()
        assert f'href="/keep/{own[TalkKind.NOW]}/"' in body
        assert f'href="/goal/?start={own[TalkKind.FUTURE]}#set"' in body
    goal = owner.get(f"/goal/?start={INVITERS[TalkKind.FUTURE]}").context["form"]
    assert goal.points == Split.parse(INVITERS[TalkKind.FUTURE]).as_dict()


def test_a_guest_without_an_account_reads_what_needs_one(owner, user, guest):
    made = make_talk(user, "open", guest=make_user("guest@example.org"))
    signed_in = Client()
    signed_in.force_login(made.talk.guest)
    needs_one = "You need an account for this."
    words = words_of(guest.get(by_key(made)))
    for way in ("to my history", "Make my future points my goal", "Remind me in 3 months"):
        assert f"{way} {needs_one}" in words
    for response in (owner.get(by_id(made)), signed_in.get(by_id(made))):
        assert response.status_code == 200
        assert needs_one not in words_of(response)


@pytest.mark.parametrize("state", ["started", "answered", "open"])
def test_a_guest_keeps_their_link_unless_the_talk_is_in_their_list(user, guest, stranger, state):
    made = make_talk(user, state)
    page = guest.get(by_key(made))
    assert "Save your link This link is your way back" in words_of(page)
    assert link_in(page) == by_key(made)
    has_account = User.objects.get(email="stranger@example.org")
    with_account = make_talk(user, state, guest=has_account)
    for path in (by_key(with_account), by_id(with_account)):
        page = stranger.get(path)
        assert page.status_code == 200
        assert 'href="/talks/">Your talks</a>' in page.content.decode()
        assert "Save your link" not in words_of(page)


def test_a_group_is_led_from_the_talks_to_the_rooms(owner):
    page = owner.get(PATH)
    assert "More than two people? Open a room :" in words_of(page)
    assert '<a href="/rooms/">Open a room</a>' in page.content.decode()


def test_a_reminder_is_one_press_away(owner, user):
    prove_address(user)
    made = make_talk(user, "open")
    response = owner.post(by_id(made, "remind/"), follow=True)
    reminder = Reminder.objects.get(user=user)
    assert reminder.rhythm == Reminder.Rhythm.ON_DATE
    assert reminder.due_on == timezone.localdate() + relativedelta(months=3)
    assert f"We'll remind you on {reminder.due_on:%-d %B %Y}." in words_of(response)
