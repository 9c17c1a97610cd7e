"""The host's pages: creating and running a room, the projector, paper sheets, the export."""

import csv
import io
import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
import segno
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from purposeapp.import_export.room_csv import to_csv
from purposeapp.models import Room, RoomAnswer, RoomPicture
from purposeapp.models.capability_key import hash_of
from purposeapp.models.room import MAX_OPEN_ROOMS, MAX_ROOMS_A_DAY
from purposeapp.models.room_answer import ROOM_TERM
from purposeapp.split import Purpose
from purposeapp.web.account_key import account_key
from purposeapp.web.live_rooms import live_rooms
from purposeapp.web.page_cache import page_cache, room_page_cache
from tests.support.make import make_user
from tests.support.pages import words_of
from tests.support.rooms import FUTURE, NOW, STATES, answer, make_room, room_of, spend_in

UNLIKE = re.compile(r'name="(csrfmiddlewaretoken|submission)" value="[^"]*"')
"""The parts of a page that differ between responses."""
OWN_PAGES = ["", "screen/", "paper/", "sheet/", "picture.csv"]
ACTS = ["open", "reveal", "again", "end", "delete"]


def press(client, room: Room, do: str):
    return client.post(f"/rooms/{room.pk}/", {"do": do, "round": room_of(room).round})


def said_by(response, client) -> list[str]:
    """Return the messages on the page that a response leads to."""
    return [str(message) for message in client.get(response.url).context["messages"]]


def sheet(now: str, future: str = "", **extra) -> dict:
    numbers = {"now": now, "future": future}
    return {
        f"{kind}_{purpose}": points
        for kind, split in numbers.items()
        for purpose, points in zip(Purpose.values, split.split("-"), strict=False)
    } | {"submission": str(uuid.uuid4()), "round": "1", **extra}


# --- Creating a room ---


def test_a_visitor_reads_what_a_room_is_before_they_sign_in(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        page = client.get("/rooms/")
    assert page.status_code == 200
    words = words_of(page)
    assert "Ten points with a whole group Open a room for your team" in words
    assert "You need at least 5 people." in words
    assert (
        "Create a room Only you need an account, to lead the room. Everyone else just needs its "
        "code. Sign up Sign in Got a code? Join the room."
    ) in words
    html = page.content.decode()
    for way in ("/accounts/signup/?next=/rooms/", "/accounts/login/?next=/rooms/", "/join/"):
        assert f'href="{way}"' in html
    assert "<form" not in html
    assert "Your account" not in html
    assert client.get("/rooms/?x").content == page.content
    response = client.post("/rooms/", {"title": "Team"})
    assert (response.status_code, response.url) == (302, "/accounts/login/?next=/rooms/")


def test_a_room_is_made_and_listed(owner, user):
    response = owner.post("/rooms/", {"title": "  Our \t team ", "asks_future": "on"})
    room = Room.objects.get()
    assert (response.status_code, response.url) == (303, f"/rooms/{room.pk}/")
    assert (room.host, room.title, room.asks_future, room.code) == (user, "Our team", True, None)
    assert "Our team Not open yet · created on" in words_of(owner.get("/rooms/"))


def test_the_list_goes_on_to_the_oldest_room(owner, stranger, user, monkeypatch):
    monkeypatch.setattr("purposeapp.views.rooms.PAGE_SIZE", 2)
    rooms = [make_room(user, "draft", title=f"Room {number}") for number in range(5)]
    make_room(make_user("other@example.org"), "draft", title="Not theirs")
    url, seen = "/rooms/", []
    while url:
        page = owner.get(url).content.decode()
        seen.append(re.findall("<bdi>(.+)</bdi></a></h3>", page))
        assert ("Back to the latest" in page) == (url != "/rooms/")
        [*older] = re.findall(r'href="(\?after=[^"#]+)#all-rooms"', page)
        url = older and f"/rooms/{older[0]}"
    assert seen == [["Room 4", "Room 3"], ["Room 2", "Room 1"], ["Room 0"]]
    assert stranger.get(f"/rooms/?after={rooms[0].pk}").status_code == 404
    assert owner.get("/rooms/?after=x").status_code == 404


def test_a_room_that_is_sent_twice_is_one(owner, stranger):
    [submission] = re.findall(
        'name="submission" value="([^"]+)"', owner.get("/rooms/").content.decode()
    )
    sent = {"title": "Our team", "asks_future": "on", "submission": submission}
    first = owner.post("/rooms/", sent)
    assert owner.post("/rooms/", sent).url == first.url
    assert Room.objects.count() == 1
    owner.post("/rooms/", sent | {"title": "Their team"})
    owner.post("/rooms/", sent | {"asks_future": ""})
    stranger.post("/rooms/", sent)
    assert Room.objects.count() == 4


@pytest.mark.parametrize(
    "title",
    ["", "   ", "x" * 81, "a\0b", "Sign in at www.evil.example", "a@b", "a＠b", "\u202ea"],  # noqa: RUF001
)
def test_a_wrong_title_makes_no_room(owner, title):
    assert owner.post("/rooms/", {"title": title}).status_code == 422
    assert not Room.objects.exists()


def test_a_room_may_ask_for_now_alone(owner):
    owner.post("/rooms/", {"title": "Team"})
    assert Room.objects.get().asks_future is False


def test_twenty_rooms_a_day_are_enough(owner, user):
    for _ in range(MAX_ROOMS_A_DAY):
        make_room(user, "draft")
    response = owner.post("/rooms/", {"title": "One more"})
    assert response.status_code == 429
    assert "You've made 20 rooms today." in words_of(response)
    assert Room.objects.count() == MAX_ROOMS_A_DAY


def test_the_sixth_open_room_waits(owner, user):
    for _ in range(MAX_OPEN_ROOMS):
        make_room(user)
    draft = make_room(user, "draft")
    response = owner.post(f"/rooms/{draft.pk}/", {"do": "open"}, follow=True)
    assert "You have 5 open rooms. End one first." in words_of(response)
    assert room_of(draft).code is None


# --- Running it ---


def test_a_host_leads_a_room_from_the_page_alone(owner, user):
    room = make_room(user, "draft")
    page = owner.get(f"/rooms/{room.pk}/")
    assert "The room isn't open yet." in words_of(page)
    press(owner, room, "open")
    room = room_of(room)
    said = words_of(owner.get(f"/rooms/{room.pk}/"))
    assert "No answers yet. You need at least 5 answers to reveal the picture" in said
    assert f"then the code {room.code}." in said
    assert f"The link: {settings.PUBLIC_URL}/r/{room.code}/ Copy the link" in said
    assert "Reveal the picture" not in said
    for number, split in enumerate(NOW[:5]):
        answer(room, f"seat {number}", split)
    said = words_of(owner.get(f"/rooms/{room.pk}/"))
    assert "5 answers. Are there 5 of you?" in said
    assert "Reveal the picture 5 answers. Reveal the picture now? You can only do this" in said
    assert "Answered for the future too: 0 of 5. Anyone missing is still answering" in said
    assert "it won't show the future" in said
    assert press(owner, room, "reveal").url == f"/rooms/{room.pk}/"
    said = words_of(owner.get(f"/rooms/{room.pk}/"))
    assert "The picture is out" in said
    assert "The average of 5 answers." in said
    press(owner, room, "again")
    page = owner.get(f"/rooms/{room.pk}/")
    assert "A new round has begun." in words_of(page)
    assert "The picture of round 1" in words_of(page)
    assert "No answers yet." in words_of(page)
    press(owner, room, "end")
    said = words_of(owner.get(f"/rooms/{room.pk}/"))
    assert "The room has ended, and its answers have been deleted." in said
    assert "The picture of round 1" in said
    assert press(owner, room, "delete").url == "/rooms/"
    assert not Room.objects.exists()


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("draft", "This deletes the room. Delete the room"),
        (
            "ended",
            "This deletes the room and its pictures. People won't be able to open their result in "
            "it. Delete the room",
        ),
    ],
)
def test_a_deletion_says_what_goes_with_the_room(owner, user, state, words):
    assert words in words_of(owner.get(f"/rooms/{make_room(user, state).pk}/"))


def test_nobody_is_waited_for_once_all_have_spent_points_on_the_future(owner, user):
    said = words_of(owner.get(f"/rooms/{make_room(user, answers=5).pk}/"))
    assert "Answered for the future too: 5 of 5." in said
    assert "The others" not in said


def test_a_host_with_too_few_people_is_led_on(owner, user):
    page = owner.get(f"/rooms/{make_room(user, answers=4).pk}/")
    assert "Everyone still has their own result to talk about" in words_of(page)
    assert '<a href="/talks/">have a talk</a>' in page.content.decode()
    said = words_of(owner.get(f"/rooms/{make_room(user, answers=5).pk}/"))
    assert "Everyone still has" not in said
    assert "Ask them to delete one of the two." in said


@pytest.mark.parametrize("state", ["open", "revealed", "ended", "overdue"])
def test_a_room_says_when_it_was_opened_and_when_it_ends(owner, user, monkeypatch, state):
    room = make_room(user, state)
    opened = datetime(2024, 2, 28, 22, 30, tzinfo=UTC)
    Room.objects.update(opened_at=opened)
    if state != "overdue":
        monkeypatch.setattr(timezone, "now", lambda: opened + timedelta(hours=1))
    said = words_of(owner.get(f"/rooms/{room.pk}/"))
    ends = " It ends by itself on 29 February 2024, 20:30 UTC."
    is_live = state in ("open", "revealed")
    assert f"Your rooms Our team Opened on 28 February 2024.{ends * is_live} " in said
    assert ("It ends by itself" in said) == is_live


@pytest.mark.parametrize("state", ["open", "revealed"])
def test_what_is_for_others_opens_beside_the_hosts_page(owner, user, state):
    """The projector's page has no way back, so it doesn't take the place of the host's."""
    room = make_room(user, state)
    html = owner.get(f"/rooms/{room.pk}/").content.decode()
    paths = [f"/rooms/{room.pk}/screen/", *([f"/r/{room.code}/"] if state == "open" else [])]
    for path in paths:
        link = re.findall(f'<a [^>]*href="{path}"[^>]*>', html)
        assert ['target="_blank" rel="noopener"' in each for each in link] == [True]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("act", ACTS)
def test_a_press_that_comes_too_late_or_twice_does_nothing_else(owner, user, state, act):
    room = make_room(user, state)
    goes = act == "delete" and state in ("draft", "ended", "overdue")
    assert press(owner, room, act).status_code == 303
    if goes:
        assert owner.post(f"/rooms/{room.pk}/", {"do": act}).url == "/rooms/"
    else:
        assert press(owner, room, act).status_code == 303
    if act == "open" and state == "draft":
        assert room_of(room).state == "open"
    if act == "reveal":
        assert RoomPicture.objects.count() == (2 if state in ("revealed", "ended") else 0)


@pytest.mark.parametrize("do", ["", "x", "open\0"])
def test_another_button_is_refused(owner, user, do):
    assert press(owner, make_room(user), do).status_code == 422


def test_what_the_host_does_is_confirmed_once(owner, user):
    room = make_room(user, "draft")
    for act, words in (
        ("open", "The room is open. People can join now."),
        ("reveal", "The picture is revealed. Everyone sees it now."),
    ):
        assert [said_by(press(owner, room, act), owner) for _ in range(2)] == [[words], []]
        for number, split in enumerate(NOW):
            answer(room, f"seat {number}", split)


def test_four_answers_are_not_revealed(owner, user):
    room = make_room(user, answers=4)
    response = owner.post(f"/rooms/{room.pk}/", {"do": "reveal", "round": 1}, follow=True)
    assert "There are too few answers to reveal the picture." in words_of(response)
    assert not RoomPicture.objects.exists()


@pytest.mark.parametrize("round", [1, ""])
def test_a_page_of_an_earlier_round_reveals_nothing_of_the_next(owner, user, round):
    room = make_room(user, answers=6)
    page = owner.get(f"/rooms/{room.pk}/").content.decode()
    assert '<input type="hidden" name="round" value="1">' in page
    assert room.reveal()
    assert room.begin_round()
    for number, split in enumerate(NOW[:5]):
        answer(room_of(room), f"seat {number}", split)
    stale = {"do": "reveal", "round": round}
    response = owner.post(f"/rooms/{room.pk}/", stale, follow=True)
    assert "A new round has begun, so nothing was revealed." in words_of(response)
    assert (room_of(room).state, room_of(room).round) == ("open", 2)


def test_of_two_reveals_at_once_the_later_one_complains_of_nothing(owner, user, monkeypatch):
    room, reveal = make_room(user, answers=6), Room.reveal

    def reveal_second(later: Room, round: int) -> bool:
        assert reveal(room, round)
        return reveal(later, round)

    monkeypatch.setattr(Room, "reveal", reveal_second)
    response = owner.post(f"/rooms/{room.pk}/", {"do": "reveal", "round": 1}, follow=True)
    assert "too few" not in words_of(response)
    assert RoomPicture.objects.count() == 2


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("page", OWN_PAGES)
def test_a_room_is_there_for_its_host_alone(stranger, client, state, page):
    room = make_room(make_user("host@example.org"), state)
    for method in (stranger.get, stranger.post):
        assert method(f"/rooms/{room.pk}/{page}").status_code == 404
    assert client.get(f"/rooms/{room.pk}/{page}").status_code == 302
    for act in ACTS:
        nobodys = stranger.post(f"/rooms/{uuid.uuid4()}/", {"do": act})
        assert nobodys.status_code == (303 if act == "delete" else 404)
        assert press(stranger, room, act).status_code == nobodys.status_code
    assert room_of(room).state == room.state


# --- The projector ---


def test_the_screen_shows_how_to_come_in_and_what_to_do(owner, user):
    room = make_room(user)
    page = owner.get(f"/rooms/{room.pk}/screen/")
    words = words_of(page)
    assert f"Scan, or go to 127.0.0.1:8000/join/ and type Code: {room.code}" in words
    assert "Spend ten points for now, then ten for the future." in words
    assert "the group's picture appears here. Nobody else sees your points." in words
    assert 'class="qr-code"' in page.content.decode()
    assert "ten for the future" not in words_of(
        owner.get(f"/rooms/{make_room(user, asks_future=False).pk}/screen/")
    )


def test_after_the_reveal_the_screen_is_for_the_picture(owner, user):
    """Late answers aren't part of it, so how to join is a line, for people's own results."""
    room = make_room(user, "revealed")
    page = owner.get(f"/rooms/{room.pk}/screen/")
    assert f"Coming late? 127.0.0.1:8000/join/, code {room.code} " in words_of(page)
    assert "qr-code" not in page.content.decode()
    assert "Scan" not in words_of(page)
    ended = words_of(owner.get(f"/rooms/{make_room(user, 'ended').pk}/screen/"))
    assert "Coming late?" not in ended


def test_the_screen_shows_nothing_of_the_host(owner, user):
    room = make_room(user, answers=6)
    html = owner.get(f"/rooms/{room.pk}/screen/").content.decode()
    for trace in (user.email, "csrfmiddlewaretoken", "data-account", "Sign out", "/history/"):
        assert trace not in html


def test_the_screen_of_a_draft_leads_to_the_room(owner, user):
    room = make_room(user, "draft")
    response = owner.get(f"/rooms/{room.pk}/screen/")
    assert response.url == f"/rooms/{room.pk}/"


def test_a_screen_that_has_not_changed_is_a_304(owner, user):
    room = make_room(user, answers=3)
    address = f"/rooms/{room.pk}/screen/"
    etag = owner.get(address)["ETag"]
    assert owner.get(address, headers={"If-None-Match": etag}).status_code == 304
    answer(room, "one more", NOW[0])
    changed = owner.get(address, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert "4 answers. Are there 4 of you?" in words_of(changed)


def test_without_javascript_a_page_refreshes_until_it_is_told_to_hold_still(owner, user):
    address = f"/rooms/{make_room(user).pk}/screen/"
    refresh = '<noscript><meta http-equiv="refresh" content="5"></noscript>'
    assert refresh in owner.get(address).content.decode()
    still = owner.get(f"{address}?still").content.decode()
    assert refresh not in still
    assert "Refresh this page by itself" in still


def test_without_javascript_a_host_asks_for_the_number_of_answers(owner, user):
    room = make_room(user)
    link = f'<a href="/rooms/{room.pk}/">Show the latest number of answers</a>'
    page = owner.get(f"/rooms/{room.pk}/").content.decode()
    assert link in page.partition("<noscript>")[2].partition("</noscript>")[0]


def test_what_is_scanned_is_the_address_of_the_room(owner, user):
    room = make_room(user)
    html = owner.get(f"/rooms/{room.pk}/screen/").content.decode()
    drawn = segno.make(f"http://127.0.0.1:8000/r/{room.code}/", error="m")
    assert drawn.svg_inline(omitsize=True, svgclass=None, border=2) in html


def test_before_the_reveal_no_page_depends_on_what_the_others_answer(owner, user):
    """Whatever others answer, each response to anyone is the same to the letter."""
    room = make_room(user)
    guest = Client()
    spend_in(guest, room, NOW[5], FUTURE[5])
    own = f"/r/{room.code}/"
    pages = [(owner, f"/rooms/{room.pk}/{page}") for page in OWN_PAGES] + [(owner, "/rooms/")]
    pages += [(owner, "/history/export.json")]
    pages += [(guest, own), (guest, f"{own}future/"), (guest, f"{own}result/"), (Client(), own)]

    def seen(seats: int, splits: list[str]) -> list[tuple]:
        for number in range(seats):
            answer(room, f"seat {number}", splits[number % 6], splits[number % 5])
        page_cache.clear()
        room_page_cache.clear()
        answers = [client.get(path) for client, path in pages]
        return [
            (each.status_code, UNLIKE.sub("", each.content.decode()), each.get("Location"))
            for each in answers
        ]

    for seats in range(12):
        assert seen(seats, NOW) == seen(seats, FUTURE) == seen(seats, ["10-0-0-0-0"] * 6)
    assert RoomAnswer.objects.filter(seat=hash_of("seat 0")).count() == 2


def test_averages_of_different_people_are_not_compared(owner, user):
    room = make_room(user, answers=6)
    room.reveal()
    said = words_of(owner.get(f"/rooms/{room.pk}/screen/"))
    assert "On average, the group would move about:" in said
    room = make_room(user, answers=6)
    answer(room, "no future", NOW[0])
    assert "If you reveal the picture now, it won't show what would move" in words_of(
        owner.get(f"/rooms/{room.pk}/")
    )
    room.reveal()
    said = words_of(owner.get(f"/rooms/{room.pk}/screen/"))
    assert "the two averages aren't of exactly the same people" in said
    assert "would move" not in said


# --- Paper ---


def test_a_sheet_is_an_answer_and_sent_twice_is_one(owner, user):
    room = make_room(user)
    address, sent = f"/rooms/{room.pk}/paper/", sheet("6-2-2--", "3-4-2-1-0")
    for _ in range(2):
        assert owner.post(address, sent).status_code == 303
    assert sorted((each.kind, str(each.split)) for each in room.answers.all()) == [
        ("future", "3-4-2-1-0"),
        ("now", "6-2-2-0-0"),
    ]
    assert "1 answer so far." in words_of(owner.get(address))


def test_who_has_no_second_sheet_leaves_out_the_future(owner, user):
    room = make_room(user)
    assert owner.post(f"/rooms/{room.pk}/paper/", sheet("6-2-2-0-0", "- - - - ")).status_code == 303
    assert [each.kind for each in room.answers.all()] == ["now"]


def test_a_room_without_the_future_has_short_sheets(owner, user):
    room = make_room(user, asks_future=False)
    assert "future_" not in owner.get(f"/rooms/{room.pk}/paper/").content.decode()
    assert owner.post(f"/rooms/{room.pk}/paper/", sheet("6-2-2-0-0")).status_code == 303
    assert room.answers.count() == 1


@pytest.mark.parametrize(
    ("now", "future", "words"),
    [
        ("6-2-2-0-1", "3-4-2-1-0", "You have used 11 of 10 points. Take 1 away."),
        ("6-2-2-0-0", "3-4-2-0-0", "You have used 9 of 10 points. Add 1 more."),
        ("6-x-2-0-0", "3-4-2-1-0", "Enter a whole number from 0 to 10."),
    ],
)
def test_a_wrong_sheet_stores_nothing_of_it(owner, user, now, future, words):
    room = make_room(user)
    response = owner.post(f"/rooms/{room.pk}/paper/", sheet(now, future))
    assert response.status_code == 422
    assert words in words_of(response)
    assert not RoomAnswer.objects.exists()


@pytest.mark.parametrize("state", ["draft", "revealed", "ended", "overdue"])
def test_a_sheet_that_comes_too_late_is_not_added(owner, user, state):
    room = make_room(user, state)
    before = room.answers.count()
    response = owner.post(f"/rooms/{room.pk}/paper/", sheet("6-2-2-0-0", "3-4-2-1-0"), follow=True)
    assert "The room isn't open, so the worksheet wasn't added." in words_of(response)
    assert room.answers.count() == before


def test_a_full_room_takes_no_sheet(owner, user, monkeypatch):
    for module in ("room", "room_answer"):
        monkeypatch.setattr(f"purposeapp.models.{module}.MAX_ANSWERS", 3)
    room = make_room(user, answers=3)
    response = owner.post(f"/rooms/{room.pk}/paper/", sheet("6-2-2-0-0", "3-4-2-1-0"))
    assert response.status_code == 422
    assert "This worksheet wasn't added" in words_of(response)
    assert room.answers.count() == 6


def test_a_sheet_is_added_whole_or_not_at_all(owner, user, monkeypatch):
    for module in ("room", "room_answer"):
        monkeypatch.setattr(f"purposeapp.models.{module}.MAX_ANSWERS", 3)
    room = make_room(user, answers=3)
    room.answers.filter(kind="now").delete()  # now there is room for an answer on now only
    response = owner.post(f"/rooms/{room.pk}/paper/", sheet("6-2-2-0-0", "3-4-2-1-0"))
    assert response.status_code == 422
    assert not room.answers.filter(kind="now").exists()


@pytest.mark.parametrize("named", ["1", "", "0", "x", "3"])
@pytest.mark.parametrize("typed", ["6-2-2-0-0", "6-2-2-0-1"])
def test_a_sheet_counts_only_in_the_round_that_its_page_named(owner, user, named, typed):
    room = make_room(user, "revealed")
    assert room_of(room).begin_round()
    path, sent = f"/rooms/{room.pk}/paper/", sheet("6-2-2-0-0", "3-4-2-1-0", round=named)
    response = owner.post(path, sent | sheet(typed, "3-4-2-1-0", round=named))
    assert response.status_code == 422
    assert "A new round has begun, so this worksheet wasn't added." in words_of(response)
    assert not room.answers.exists()
    page = response.content.decode()
    assert "round 2" in words_of(response)
    assert '<input type="hidden" name="round" value="2">' in page
    assert owner.post(path, sent | {"round": "2"}).status_code == 303
    assert {each.round for each in room.answers.all()} == {2}


@pytest.mark.parametrize("submission", ["", "x", "\0"])
def test_a_sheet_with_a_damaged_id_is_a_new_one(owner, user, submission):
    room = make_room(user)
    sent = sheet("6-2-2-0-0", "- - - - ", submission=submission)
    assert owner.post(f"/rooms/{room.pk}/paper/", sent).status_code == 303
    assert room.answers.count() == 1


@pytest.mark.parametrize("state", ["open", "revealed", "ended", "overdue"])
def test_a_page_of_a_room_asks_for_news_until_the_room_has_ended(client, owner, user, state):
    """live.js asks as long as a page has a live part."""
    room = make_room(user, answers=6)
    spend_in(client, room, "6-2-2-0-0", "3-4-2-1-0")
    if state == "overdue":
        Room.objects.filter(pk=room.pk).update(opened_at=room.opened_at - ROOM_TERM)
    elif state != "open":
        assert room.reveal()
    if state == "ended":
        assert room.end()
    pages = [
        owner.get(f"/rooms/{room.pk}/"),
        owner.get(f"/rooms/{room.pk}/screen/"),
        client.get(f"/r/{room.code}/result/"),
    ]
    is_live = [" data-live" in page.content.decode() for page in pages]
    assert is_live == [state in ("open", "revealed")] * 3


def test_that_the_picture_is_out_is_read_out_once(owner, user):
    room = make_room(user, "revealed", answers=12)
    page = owner.get(f"/rooms/{room.pk}/").content.decode()
    assert re.findall("<[^<]+>The picture is out<", page) == [
        '<h2 id="out" data-announce>The picture is out<'
    ]


def test_a_picture_says_why_it_has_no_future(client, owner, user):
    room = make_room(user)
    spend_in(client, room, NOW[5])
    for number in range(5):
        answer(room, f"seat {number}", NOW[number], FUTURE[number] if number else None)
    assert room.reveal()
    live_rooms.get(room.code, refresh=True)
    why = "Fewer than 5 people answered for the future, so it isn't shown."
    paths = [f"/rooms/{room.pk}/", f"/rooms/{room.pk}/screen/", f"/r/{room.code}/result/"]
    assert [words_of(owner.get(path)).count(why) for path in paths[:2]] == [1, 1]
    assert words_of(client.get(paths[2])).count(why) == 1
    room.end()
    assert words_of(owner.get(paths[0])).count(why) == 1
    for shown in (make_room(user, "revealed"), make_room(user, "revealed", asks_future=False)):
        assert why not in words_of(owner.get(f"/rooms/{shown.pk}/"))


# --- The host's export ---


def test_the_file_holds_what_the_screen_shows_and_nothing_else(owner, user):
    room = make_room(user, "revealed", answers=12)
    response = owner.get(f"/rooms/{room.pk}/picture.csv")
    assert response["Content-Disposition"] == 'attachment; filename="our-team.csv"'
    rows = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [(row["round"], row["kind"], row["answers"]) for row in rows] == [
        ("1", "now", "12")
    ] * 5 + [("1", "future", "12")] * 5
    screen = words_of(owner.get(f"/rooms/{room.pk}/screen/"))
    for row in rows[:5]:
        label = Purpose(row["purpose"]).label
        assert f"{label} {row['mean']}" in screen
        assert f"{row['middle_half_from']} to {row['middle_half_to']}" in screen


def test_the_numbers_of_the_file_are_for_machines_in_every_language(user):
    room = make_room(user, "revealed", answers=12)
    with translation.override("de"):
        assert room.pictures[1, "now"].rows[0].mean == "2,8"
        (first, *_others) = csv.DictReader(io.StringIO("".join(to_csv(room)).lstrip("\ufeff")))
    assert first["mean"] == "2.8"


def test_the_range_is_a_line_with_both_ends_below_its_average_and_has_a_name(owner, user):
    room = make_room(user, "revealed", answers=12)
    numbers = owner.get(f"/rooms/{room.pk}/picture.csv").content.decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(numbers))
    ranges = {
        (row["kind"], Purpose(row["purpose"]).label): (
            10 * int(row["middle_half_from"]),
            10 * int(row["middle_half_to"]),
        )
        for row in rows
    }
    assert len(ranges) == 10
    for page in ("", "screen/"):
        response = owner.get(f"/rooms/{room.pk}/{page}")
        table, _, below = response.content.decode().partition("</table>")
        assert '<th scope="col">Half of you</th>' in table
        assert '<path class="room-range"' in below
        at_least_half = "At least half of you gave this many points, in rounded numbers."
        assert f"{at_least_half} The last column is for now." in words_of(response)
        assert "Middle half" not in words_of(response)
        for body_row in table.split("<tr>")[2:]:
            name = re.search(r"</i>([^<]+)</span>", body_row)[1]
            line = r'translate\((\d+) (\d+)\)" d="M0 11v4m0-2h(\d+)m0-2v4"'
            drawn = [tuple(map(int, found)) for found in re.findall(line, body_row)]
            ends = [(low, low + width) for low, _, width in drawn]
            assert ends == [ranges["now", name], ranges["future", name]]
            bars = re.findall(r'class="room-(?:mean|later)" x="0" y="(\d+)"', body_row)
            assert [y for _, y, _ in drawn] == list(map(int, bars))


def test_what_is_not_listed_is_named(owner, user):
    room = make_room(user)
    for number in range(12):
        answer(room, f"seat {number}", "6-2-2-0-0" if number < 6 else NOW[2 + number % 4])
    not_listed = "we don't list a purpose that has the most points for only a few people."
    assert not_listed not in words_of(owner.get(f"/rooms/{room.pk}/"))
    assert room.reveal()
    for page in ("", "screen/"):
        said = words_of(owner.get(f"/rooms/{room.pk}/{page}"))
        listed = "Most points now go to: Business driven, for 6 people To keep"
        assert listed in said
        assert not_listed in said


def test_where_everybody_is_counted_nothing_is_said_to_be_left_out(owner, user):
    room = make_room(user)
    for number in range(12):
        answer(room, f"seat {number}", NOW[number % 2 * 3])
    assert room.reveal()
    said = words_of(owner.get(f"/rooms/{room.pk}/"))
    assert "Community spirit, for 6 people Business driven, for 6 people" in said
    assert "we don't list" not in said


def test_the_range_of_a_room_without_a_future_needs_no_word_on_its_column(owner, user):
    room = make_room(user, asks_future=False)
    for number in range(12):
        answer(room, f"seat {number}", NOW[number % 6])
    assert room.reveal()
    said = words_of(owner.get(f"/rooms/{room.pk}/"))
    assert "At least half of you gave this many points, in rounded numbers." in said
    assert "last column" not in said


def test_a_small_room_has_no_range(owner, user):
    room = make_room(user, "revealed", answers=9)
    body = owner.get(f"/rooms/{room.pk}/screen/").content.decode()
    assert body.count('class="room-mean"') == 5
    assert "room-range" not in body
    assert "alf of you" not in body


def test_the_file_has_no_empty_column(user):
    always = ["round", "kind", "answers", "purpose", "mean"]
    for state, answers, more in (
        ("open", 12, []),
        ("revealed", 9, []),
        ("revealed", 10, ["middle_half_from", "middle_half_to"]),
        ("revealed", 30, ["middle_half_from", "middle_half_to", "stands_out_for"]),
    ):
        text = "".join(to_csv(make_room(user, state, answers=answers))).lstrip("\ufeff")
        header, *rows = csv.reader(io.StringIO(text))
        assert header == always + more
        assert len(rows) == (10 if state == "revealed" else 0)
        assert {len(row) for row in rows} <= {len(header)}


def test_the_guide_asks_of_the_future_where_the_room_does(owner, user):
    for asks in (True, False):
        room = make_room(user, asks_future=asks)
        said = words_of(owner.get(f"/rooms/{room.pk}/sheet/"))
        assert ("Which shift from now to the future is the largest?" in said) is asks


def test_worksheets_hold_only_points_and_no_name(owner, user):
    said = words_of(owner.get(f"/rooms/{make_room(user, asks_future=False).pk}/"))
    assert "ask people to fill in only the points, without their name. Then type in" in said
    said = words_of(owner.get(f"/rooms/{make_room(user).pk}/"))
    assert "hand out two copies of the worksheet. Ask people to mark them" in said
    assert "to fill in only the points, without their name. Then type in" in said


def test_the_guide_protects_whoever_has_points_on_job_seeking(owner, user):
    said = words_of(owner.get(f"/rooms/{make_room(user).pk}/sheet/"))
    assert "Explain one limit: if everyone answers alike, the average shows what each" in said
    assert "At work, say that Job seeking also means hiring." in said


def test_the_guide_asks_for_nothing_that_a_small_room_cannot_see(owner, user):
    room = make_room(user, "revealed", answers=9)
    assert "alf of you" not in words_of(owner.get(f"/rooms/{room.pk}/"))
    said = words_of(owner.get(f"/rooms/{room.pk}/sheet/"))
    assert "Where are we close together, and where far apart?" in said
    assert "Don't ask who answered what: nobody has to say." in said
    assert "range" not in said


def test_a_room_over_its_term_is_ended_by_its_host_who_can_delete_it(owner, user):
    room = make_room(user, "overdue", answers=6)
    said = words_of(owner.get(f"/rooms/{room.pk}/"))
    assert "The room has ended, and its answers have been deleted." in said
    assert not RoomAnswer.objects.exists()
    assert press(owner, room, "delete").url == "/rooms/"
    assert not Room.objects.exists()


def test_an_unticked_box_stays_unticked_over_a_sign_in(client, user):
    page = {"title": "Our team", "account": account_key(user)}
    client.post("/rooms/", page)
    client.force_login(user)
    html = client.get("/rooms/").content.decode()
    assert 'value="Our team"' in html
    (box,) = re.findall(r'<input[^>]*name="asks_future"[^>]*>', html)
    assert "checked" not in box


def test_a_room_over_its_term_reads_as_ended(owner, user):
    room = make_room(user, answers=6)
    Room.objects.filter(pk=room.pk).update(opened_at=timezone.now() - ROOM_TERM)
    said = words_of(owner.get(f"/rooms/{room.pk}/"))
    assert "The room has ended" in said
    assert "Ended" in words_of(owner.get("/rooms/"))
    assert (
        reverse("room_join", args=[room.code])
        not in owner.get(f"/rooms/{room.pk}/screen/").content.decode()
    )


def test_a_file_is_named_for_its_room(owner, user):
    names = {"Kick-off, 2026": '"kick-off-2026.csv"', "会议": "utf-8''%E4%BC%9A%E8%AE%AE.csv"}
    for title, name in {**names, "!?": '"room.csv"'}.items():
        room = make_room(user, "ended", title=title)
        assert name in owner.get(f"/rooms/{room.pk}/picture.csv")["Content-Disposition"]


def test_the_projector_says_how_many_answers_a_picture_takes(owner, user):
    for answers, says in ((4, True), (5, False)):
        room = make_room(user, answers=answers)
        said = words_of(owner.get(f"/rooms/{room.pk}/screen/"))
        assert ("The picture needs at least 5 answers." in said) is says
