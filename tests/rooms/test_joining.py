"""Joining a room by its code: the ten points, the own result, the seat, and rejections."""

import uuid

import pytest
from django.core.cache import cache
from django.test import Client

from purposeapp.models import Assessment, Room, RoomAnswer
from purposeapp.models.room import CODE_TERM
from purposeapp.models.room_answer import ROOM_TERM
from purposeapp.split import Split
from purposeapp.web.live_rooms import live_rooms
from purposeapp.web.page_cache import room_page_cache
from purposeapp.web.room_seat import COOKIE
from tests.support.concurrency import at_once
from tests.support.headers import ORIGIN, alike
from tests.support.make import make_user, points
from tests.support.pages import words_of
from tests.support.rooms import FUTURE, NOW, answer, make_room, room_of, spend_in

NO_CODE = "C3D4F6"
"""A valid code that no room has."""


@pytest.fixture
def host(db):
    return make_user("host@example.org")


@pytest.fixture
def room(host):
    return make_room(host)


def answers(room: Room) -> list[tuple[str, str]]:
    return sorted((each.kind, str(each.split)) for each in room.answers.all())


# --- Joining ---


def test_the_way_in_leads_hosts_to_a_room_of_their_own(client, db):
    said = words_of(client.get("/join/"))
    assert "Open a room for it. Only you need an account for that." in said


def test_a_code_is_typed_in_any_case(client, room):
    typed = f" {room.code[:3].lower()}-{room.code[3:]} "
    response = client.get("/join/", {"code": typed})
    assert response.url == f"/r/{room.code}/"
    assert client.get(f"/r/{room.code.lower()}/").url == f"/r/{room.code}/"


@pytest.mark.parametrize("link", ["https://five.example/r/{}/", "five.example/r/{}", " /r/{}/ "])
def test_a_link_that_is_pasted_opens_its_room(client, room, link):
    response = client.get("/join/", {"code": link.format(room.code.lower())})
    assert response.url == f"/r/{room.code}/"


@pytest.mark.parametrize("code", ["", "CDF", NO_CODE, "0OIL15", "x" * 201, "\0" * 6, "ÇDFGHJ"])
def test_a_code_that_opens_nothing_is_asked_for_again(client, room, code):
    response = client.get("/join/", {"code": code})
    assert response.status_code == 422
    is_a_code = len(code) == len(NO_CODE) and code.isprintable()
    said = "There's no open room with this code." if is_a_code else "A code has six letters"
    assert said in words_of(response)


@pytest.mark.parametrize("code", [NO_CODE, "x", "%00", "c3d4f6"])
@pytest.mark.parametrize("page", ["", "future/"])
def test_an_unknown_room_says_so_and_leads_on(client, db, code, page):
    response = client.get(f"/r/{code}/{page}")
    assert response.status_code == 404
    assert "We can't find that room" in words_of(response)
    assert 'href="/join/">Enter the code</a>' in response.content.decode()
    assert 'href="/"' in response.content.decode()


def test_failed_codes_are_limited_and_joining_never_is(client, room):
    cache.clear()
    statuses = [client.get("/join/", {"code": NO_CODE}).status_code for _ in range(15)]
    statuses += [client.get(f"/r/{NO_CODE}/").status_code for _ in range(15)]
    assert set(statuses) == {422, 404}
    assert client.get("/join/", {"code": NO_CODE}).status_code == 429
    assert client.get(f"/r/{NO_CODE}/").status_code == 429
    # Everyone else in the room has this IP address too.
    for number in range(70):
        browser = Client()
        assert browser.get("/join/", {"code": room.code}).status_code == 303
        assert spend_in(browser, room, NOW[number % 6]).status_code == 303
    assert room.answers.count() == 70


def test_a_result_page_says_nothing_about_whether_a_code_is_right(client, room):
    """So it needs no limit: the page to which it leads is limited."""
    ended = make_room(room.host, "ended")
    for page, method in {"result": "GET", "keep": "POST"}.items():
        answers = []
        for code in (room.code, ended.code, NO_CODE):
            path = f"/r/{code}/{page}/"
            response = client.generic(method, path, headers=ORIGIN)
            headers = {**alike(response), "Location": response.url.replace(code, "…")}
            answers.append((response.status_code, headers, response.content))
        assert answers[0] == answers[1] == answers[2]


# --- The own result ---


def test_from_the_code_to_the_own_result_with_tips(client, room):
    page = client.get(f"/r/{room.code}/")
    assert "Our team · step 1 of 2 Your ten points today" in words_of(page)
    assert "Only averages of the group are shown, never your own answer." in words_of(page)
    response = client.post(f"/r/{room.code}/", points("6-2-2-0-0", round=1))
    assert (response.status_code, response.url) == (303, f"/r/{room.code}/future/")
    page = client.get(response.url)
    assert "Our team · step 2 of 2 Your ten points in the future" in words_of(page)
    assert "1 answer so far" in words_of(page)
    response = client.post(response.url, points("3-4-2-1-0"))
    assert (response.status_code, response.url) == (303, f"/r/{room.code}/result/")
    said = words_of(client.get(response.url))
    assert "Mainly business driven (60%)" in said
    assert "Your answer is in." in said
    assert "Now Business driven 6, Community spirit 2, Learning sponge 2 Future Busi" in said
    assert "Move 2 points from Business driven to Community spirit" in said
    assert "What to do next" in said
    assert answers(room) == [("future", "3-4-2-1-0"), ("now", "6-2-2-0-0")]


def test_a_room_for_now_alone_leads_straight_to_the_result(client, host):
    room = make_room(host, asks_future=False)
    assert "step 1" not in words_of(client.get(f"/r/{room.code}/"))
    assert (
        client.post(f"/r/{room.code}/", points("6-2-2-0-0", round=1)).url
        == f"/r/{room.code}/result/"
    )
    assert client.get(f"/r/{room.code}/future/").url == f"/r/{room.code}/"


def test_a_result_says_beforehand_what_needs_an_account(client, room):
    path = spend_in(client, room, NOW[0]).url.replace("future", "result")
    said = "Save to my history Edit my current points Add my points for the future"
    note = "If you aren't signed in, we'll ask you to sign in or sign up first."
    assert said in words_of(client.get(path))
    assert note in words_of(client.get(path))
    assert spend_in(client, room, NOW[0], FUTURE[0]).url == path
    assert note in words_of(client.get(path))


def test_the_join_page_says_what_a_room_cannot_protect(client, room):
    said = words_of(client.get(f"/r/{room.code}/"))
    assert "If everyone answers alike, it shows what each of you answered." in said
    assert "someone who fills in four of five answers can work out the fifth" in said


def test_a_wrong_sum_is_refused_with_all_that_was_typed(client, room):
    response = client.post(f"/r/{room.code}/", points("6-2-2-0-1", round=1))
    assert response.status_code == 422
    assert "You have used 11 of 10 points. Take 1 away." in words_of(response)
    assert response.content.decode().count('value="2"') == 2
    assert not RoomAnswer.objects.exists()


def test_a_step_counts_on_and_stores_nothing(client, room):
    response = client.post(f"/r/{room.code}/", points("6-2-1-0-0", step="job_seeking+", round=1))
    assert response.status_code == 200
    assert "0 of 10 points left" in words_of(response)
    assert not RoomAnswer.objects.exists()


# --- The seat ---


def test_rescan_reload_and_another_tab_lose_nothing_and_double_nothing(client, room):
    spend_in(client, room, "6-2-2-0-0")
    assert client.get(f"/r/{room.code}/").url == f"/r/{room.code}/future/"
    spend_in(client, room, "6-2-2-0-0", "3-4-2-1-0")
    for page in ("", "future/"):
        assert client.get(f"/r/{room.code}/{page}").url == f"/r/{room.code}/result/"
    client.post(f"/r/{room.code}/", points("5-3-2-0-0", round=1))
    assert answers(room) == [("future", "3-4-2-1-0"), ("now", "5-3-2-0-0")]


def test_points_can_be_changed_before_the_reveal(client, room):
    spend_in(client, room, "6-2-2-0-0", "3-4-2-1-0")
    page = client.get(f"/r/{room.code}/?start=6-2-2-0-0")
    assert page.status_code == 200
    assert page.content.decode().count('value="2"') == 2


@pytest.mark.parametrize("is_secure", [True, False])
def test_the_cookie_is_of_the_room_alone(client, room, settings, is_secure):
    settings.SESSION_COOKIE_SECURE = is_secure
    cookie = spend_in(client, room, "6-2-2-0-0").cookies[COOKIE]
    assert cookie["path"] == f"/r/{room.code}/"
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert cookie["max-age"] == 12 * 60 * 60
    assert bool(cookie["secure"]) == is_secure


def forge(cookie: str, **changes) -> str:
    names = ["room", "key", "round", "now", "future", "late"]
    value, _, signature = cookie.partition(":")
    parts = dict(zip(names, value.split("."), strict=True)) | changes
    return ".".join(parts.values()) + ":" + signature


@pytest.mark.parametrize(
    "changes", [{"now": "10-0-0-0-0"}, {"key": "0" * 32}, {"round": "2"}, {"late": "now"}]
)
def test_a_forged_cookie_is_none(client, room, changes):
    spend_in(client, room, "6-2-2-0-0", "3-4-2-1-0")
    client.cookies[COOKIE] = forge(client.cookies[COOKIE].value, **changes)
    assert client.get(f"/r/{room.code}/result/").url == f"/r/{room.code}/"
    assert client.get(f"/r/{room.code}/").status_code == 200


@pytest.mark.parametrize("value", ["", "x", "a.b.c.d.e.f:g:h", "\xe9", ":" * 50, "x" * 4000])
def test_a_hostile_cookie_is_none(client, room, value):
    client.cookies[COOKIE] = value
    assert client.get(f"/r/{room.code}/").status_code == 200
    assert client.get(f"/r/{room.code}/result/").status_code == 303
    assert spend_in(client, room, "6-2-2-0-0").status_code == 303
    assert room.answers.count() == 1


def test_a_seat_of_one_room_is_none_in_another(client, host, room):
    spend_in(client, room, "6-2-2-0-0", "3-4-2-1-0")
    other = make_room(host)
    assert client.get(f"/r/{other.code}/").status_code == 200


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_posts_at_once_from_a_browser_without_a_seat_are_one_answer():
    room = make_room(make_user())
    secret = Client()
    secret.get(f"/r/{room.code}/")
    token = secret.cookies["csrftoken"].value

    def post():
        browser = Client()
        browser.cookies["csrftoken"] = token
        assert browser.post(f"/r/{room.code}/", points("6-2-2-0-0", round=1)).status_code == 303

    assert at_once(*[post] * 6) == []
    assert answers(room) == [("now", "6-2-2-0-0")]


def test_an_answer_needs_a_csrf_token(room):
    browser = Client(enforce_csrf_checks=True)
    browser.get(f"/r/{room.code}/")
    response = browser.post(f"/r/{room.code}/", points("6-2-2-0-0", round=1))
    assert response.status_code == 403
    assert response.content.decode().count('value="2"') == 2
    assert not RoomAnswer.objects.exists()


def test_whoever_answers_reads_what_an_average_can_show(client, room):
    said = words_of(client.get(f"/r/{room.code}/"))
    assert (
        "An average can't always protect you. In a small group, it can show that somebody put "
        "points on a purpose, such as Job seeking. If everyone answers alike, it shows"
    ) in said


# --- Too late ---


def test_what_is_sent_after_the_reveal_is_an_own_result_and_no_part_of_the_picture(client, host):
    room = make_room(host, "revealed")
    said = words_of(client.get(f"/r/{room.code}/"))
    assert "The picture is already out, so your answer won't be part of it." in said
    assert said.endswith(
        "Who sees your points? Only you. These points aren't stored in the room and aren't part of "
        "any average. They stay in a cookie in your browser."
    )
    response = client.post(f"/r/{room.code}/", points("6-2-2-0-0", round=1))
    assert response.url == f"/r/{room.code}/result/"
    said = words_of(client.get(response.url))
    assert "Mainly business driven (60%)" in said
    assert "This came too late to be part of the group's picture." in said
    assert "The average of 6 answers." in said
    assert room.answers.filter(kind="now").count() == 6
    # Their future wouldn't count either, so it isn't asked for.
    assert client.post(f"/r/{room.code}/future/", points("3-4-2-1-0")).url == f"/r/{room.code}/"
    # What the page said remains true after the room has ended.
    room.end()
    said = words_of(client.get(f"/r/{room.code}/result/"))
    assert "This came too late to be part of the group's picture." in said


def test_whoever_is_too_late_is_promised_no_second_step(client, host):
    page = client.get(f"/r/{make_room(host, 'revealed').code}/")
    assert "Our team Your ten points today" in words_of(page)


def test_an_answer_that_was_to_be_no_part_of_the_picture_is_in_no_other_round(client, host):
    room = make_room(host, "revealed")
    page = client.get(f"/r/{room.code}/")
    assert "your answer won't be part of it" in words_of(page)
    assert 'name="round"' not in page.content.decode()
    room.begin_round()
    response = client.post(f"/r/{room.code}/", points("6-2-2-0-0"))
    assert response.status_code == 422
    said = words_of(response)
    assert "so your answer isn't sent yet. Press Continue to be part of it." in said
    assert "Your answer will be part of it." not in said  # the error says so
    assert response.content.decode().count('value="2"') == 3
    assert '<input type="hidden" name="round" value="2">' in response.content.decode()
    assert not RoomAnswer.objects.exists()
    response = client.post(f"/r/{room.code}/", points("6-2-2-0-0", round=2))
    assert response.url == f"/r/{room.code}/future/"
    assert answers(room) == [("now", "6-2-2-0-0")]


@pytest.mark.parametrize("round", ["1", "", "x", "-2", "2.0", "9" * 30])
def test_an_answer_for_another_round_or_none_is_asked_about_again(client, room, round):
    Room.objects.update(round=2)
    live_rooms.get(room.code, refresh=True)
    response = client.post(f"/r/{room.code}/", points("6-2-2-0-0", round=round))
    assert response.status_code == 422
    assert not RoomAnswer.objects.exists()


def test_a_new_round_is_named_before_a_wrong_sum_or_a_step_is_sent_again(client, room):
    Room.objects.update(round=2)
    live_rooms.get(room.code, refresh=True)
    for more in ({}, {"step": "job_seeking+"}):
        response = client.post(f"/r/{room.code}/", points("6-2-1-0-0", round=1, **more))
        assert "A new round has begun. Your answer will be part of it." in words_of(response)


def test_who_types_while_the_room_ends_reads_so_and_keeps_their_points(client, room):
    client.get(f"/r/{room.code}/")
    room.end()
    live_rooms.get(room.code, refresh=True)
    response = client.post(
        f"/r/{room.code}/", points("6-2-1-0-0", step="learning_sponge+", round=1)
    )
    assert "The room has ended. You still get your own result." in words_of(response)
    assert response.content.decode().count('value="2"') == 2


def test_a_future_that_comes_too_late_is_shown_and_not_counted(client, room):
    spend_in(client, room, "6-2-2-0-0")
    for number in range(5):
        answer(room, f"seat {number}", NOW[number], FUTURE[number])
    room.reveal()
    response = client.post(f"/r/{room.code}/future/", points("3-4-2-1-0"))
    said = words_of(client.get(response.url))
    assert "Your points for the future came too late to be part of the group's picture." in said
    assert "The average of 6 answers for now and 5 for the future." in said


def test_whoever_has_answered_sees_the_picture_and_then_the_next_round(client, host, room):
    spend_in(client, room, "6-2-2-0-0", "3-4-2-1-0")
    for number in range(5):
        answer(room, f"seat {number}", NOW[number], FUTURE[number])
    room.reveal()
    page = client.get(f"/r/{room.code}/result/")
    assert "Your room" in words_of(page)
    room.begin_round()
    assert client.get(f"/r/{room.code}/result/").url == f"/r/{room.code}/"
    page = client.get(f"/r/{room.code}/")
    assert "· round 2 · step 1 of 2 Your ten points today" in words_of(page)
    assert "A new round has begun, so everyone answers again." in words_of(page)
    assert '<a href="/splits/6-2-2-0-0/">Your last result</a>' in page.content.decode()
    start = f"/r/{room.code}/?start=6-2-2-0-0"
    assert "Start from my last points" in words_of(page)
    assert f'href="{start}"' in page.content.decode()
    again = client.get(start)
    assert again.content.decode().count('value="2"') == 3  # with the round
    assert "Start from" not in words_of(again)
    assert "A new round" not in words_of(Client().get(f"/r/{room.code}/"))
    spend_in(client, room, "5-3-2-0-0")
    assert answers(room) == [("now", "5-3-2-0-0")]
    assert room_of(room).answers.get().round == 2


def test_whoever_still_spends_points_on_the_future_reads_that_a_new_round_has_begun(
    client, host, room
):
    spend_in(client, room, "6-2-2-0-0")
    for number in range(5):
        answer(room, f"seat {number}", NOW[number], FUTURE[number])
    room.reveal()
    room.begin_round()
    response = client.post(f"/r/{room.code}/future/", points("3-4-2-1-0", round=1), follow=True)
    said = words_of(response)
    assert "A new round has begun, so everyone answers again." in said
    lost = "What you just sent for the future isn't saved. You'll be asked for it again."
    assert lost in said
    assert not room.answers.exists()
    assert lost not in words_of(client.get(f"/r/{room.code}/"))
    assert lost not in words_of(Client().get(f"/r/{room.code}/?unsaved"))


def test_after_the_end_the_own_result_is_still_there_and_nobody_comes_in(client, room):
    spend_in(client, room, "6-2-2-0-0", "3-4-2-1-0")
    room.end()
    said = words_of(client.get(f"/r/{room.code}/result/"))
    assert "Mainly business driven (60%)" in said
    assert "The room has ended. Your own result is still here" in said
    newcomer = Client()
    page = newcomer.get(f"/r/{room.code}/")
    assert page.status_code == 410
    assert "This room has ended" in words_of(page)
    # Someone who was still typing is led to their own result, which reveals nothing of it.
    page = newcomer.post(f"/r/{room.code}/", points("6-2-2-0-0", round=1))
    assert page.status_code == 410
    assert "Your points came too late for it" in words_of(page)
    assert 'href="/splits/6-2-2-0-0/">Your result</a>' in page.content.decode()
    assert COOKIE not in newcomer.cookies
    assert newcomer.get(f"/r/{room.code}/result/").url == f"/r/{room.code}/"
    # A participant sends again. It's too late, but not for a picture that there never was.
    response = client.post(f"/r/{room.code}/", points("5-3-2-0-0", round=1))
    said = words_of(client.get(response.url))
    assert "Half business driven (50%)" in said
    assert "The room has ended. Your own result is still here" in said
    assert "too late to be part of the group's picture" not in said


def test_who_left_out_the_last_round_still_finds_their_result(client, host, room):
    spend_in(client, room, "6-2-2-0-0")
    for number in range(5):
        answer(room, f"seat {number}", NOW[number])
    assert room.reveal()
    assert room.begin_round()
    assert room.end()
    live_rooms.get(room.code, refresh=True)
    page = client.get(f"/r/{room.code}/")
    assert page.status_code == 410
    assert 'href="/splits/6-2-2-0-0/">Your last result</a>' in page.content.decode()
    assert "Your last result" not in words_of(Client().get(f"/r/{room.code}/"))


def test_a_code_is_forgotten_once_every_seat_of_its_room_is_over(client, room):
    room.end()
    assert client.get(f"/r/{room.code}/").status_code == 410
    Room.objects.update(opened_at=room.opened_at - CODE_TERM)
    assert client.get(f"/r/{room.code}/").status_code == 404


def test_a_full_room_says_so(client, room, monkeypatch):
    for module in ("room", "room_answer"):
        monkeypatch.setattr(f"purposeapp.models.{module}.MAX_ANSWERS", 2)
    first = Client()
    spend_in(first, room, NOW[0], FUTURE[0])
    answer(room, "other", NOW[1])
    page = client.get(f"/r/{room.code}/")
    assert page.status_code == 409
    assert "This room is full" in words_of(page)
    assert first.get(f"/r/{room.code}/result/").status_code == 200
    response = client.post(f"/r/{room.code}/", points("6-2-2-0-0", round=1))
    said = words_of(client.get(response.url))
    assert "This came too late to be part of the group's picture." in said
    assert room.answers.filter(kind="now").count() == 2


def test_whoever_waits_reads_how_many_answers_a_picture_takes(client, room):
    spend_in(client, room, NOW[0], FUTURE[0])
    path = f"/r/{room.code}/result/"
    needs = "when the host reveals it. That takes at least 5 answers. 1 answer so far"
    assert needs in words_of(client.get(path))
    for number in range(1, 5):
        answer(room, f"seat {number}", NOW[number])
    live_rooms.get(room.code, refresh=True)
    assert "when the host reveals it. 5 answers so far" in words_of(client.get(path))


# --- Leaving ---


def test_an_answer_is_deleted_once_its_person_has_said_so_twice(client, room):
    answer(room, "someone else", NOW[1], FUTURE[1])
    spend_in(client, room, NOW[0], FUTURE[0])
    path = f"/r/{room.code}/leave/"
    assert (
        f'href="{path}">Delete my answer</a>'
        in client.get(f"/r/{room.code}/result/").content.decode()
    )
    page = client.get(path)
    assert "the room will have one answer fewer" in words_of(page)
    assert f'href="/r/{room.code}/result/">Cancel</a>' in page.content.decode()
    assert room.answers.count() == 4
    response = client.post(path)
    assert (response.status_code, response.url) == (303, f"{path}?deleted")
    assert answers(room) == [("future", FUTURE[1]), ("now", NOW[1])]
    assert "Your answer is deleted Nobody sees any points" in words_of(client.get(response.url))
    assert client.post(path).url == path
    assert "You have no answer in this room" in words_of(client.get(path))
    assert client.get(f"/r/{room.code}/result/").url == f"/r/{room.code}/"
    # It can be given anew, and counts once.
    spend_in(client, room, NOW[2])
    assert answers(room) == [("future", FUTURE[1]), ("now", NOW[2]), ("now", NOW[1])]


@pytest.mark.parametrize("state", ["revealed", "ended", "overdue"])
def test_what_is_in_a_picture_is_not_deleted_by_its_person(client, host, state):
    room = make_room(host, answers=5)
    spend_in(client, room, NOW[0], FUTURE[0])
    if state == "overdue":
        Room.objects.update(opened_at=room.opened_at - ROOM_TERM)
    else:
        assert room.reveal()
    if state == "ended":
        assert room.end()
    stored = answers(room)
    live_rooms.get(room.code, refresh=True)
    path = f"/r/{room.code}/leave/"
    for response in (client.get(path), client.post(path)):
        assert (response.status_code, response.url) == (303, f"/r/{room.code}/result/")
    assert answers(room) == stored
    assert "Delete my answer" not in words_of(client.get(f"/r/{room.code}/result/"))


def test_a_reveal_that_is_quicker_keeps_the_answer(client, host):
    room = make_room(host, answers=5)
    spend_in(client, room, NOW[0])
    live_rooms.get(room.code, refresh=True)  # what the worker knows for another second
    assert room.reveal()
    assert client.post(f"/r/{room.code}/leave/").url == f"/r/{room.code}/result/"
    assert COOKIE in client.cookies
    assert client.cookies[COOKIE].value
    assert room.answers.filter(kind="now").count() == 6


def test_no_future_is_stored_for_a_seat_that_was_left(client, room):
    spend_in(client, room, NOW[0])
    seat = client.cookies[COOKIE].value
    client.post(f"/r/{room.code}/leave/")
    client.cookies[COOKIE] = seat  # as from a copy
    client.post(f"/r/{room.code}/future/", points(FUTURE[0]))
    assert answers(room) == []


def test_nobody_deletes_what_another_one_answered(client, room):
    answer(room, "someone else", NOW[1])
    assert client.post(f"/r/{room.code}/leave/").url == f"/r/{room.code}/leave/"
    assert answers(room) == [("now", NOW[1])]


def test_deleting_an_answer_needs_a_csrf_token(room):
    browser = Client(enforce_csrf_checks=True)
    page = browser.get(f"/r/{room.code}/")
    token = page.content.decode().partition('csrfmiddlewaretoken" value="')[2][:64]
    browser.post(f"/r/{room.code}/", points(NOW[0], csrfmiddlewaretoken=token, round=1))
    assert browser.post(f"/r/{room.code}/leave/").status_code == 403
    assert answers(room) == [("now", NOW[0])]


# --- Keeping it ---


def test_one_press_keeps_the_answer_of_somebody_signed_in(owner, user, room):
    spend_in(owner, room, "6-2-2-0-0", "3-4-2-1-0")
    for _ in range(2):
        response = owner.post(f"/r/{room.code}/keep/", headers=ORIGIN)
        kept = Assessment.objects.get()
        assert response.url == f"/history/{kept.pk}/"
    assert (kept.user, str(kept.split)) == (user, "6-2-2-0-0")


def test_one_press_and_a_sign_in_keep_it_for_anybody_else(client, user, room):
    client.get(f"/r/{room.code}/")
    spend_in(client, room, "6-2-2-0-0", "3-4-2-1-0")
    response = client.post(f"/r/{room.code}/keep/", headers=ORIGIN)
    assert response.url == "/accounts/signup/?next=%2Fkeep%2F6-2-2-0-0%2F"
    client.post("/accounts/login/", {"login": user.email, "password": "ten points to spend"})
    assert str(Assessment.objects.get(user=user).split) == "6-2-2-0-0"


def test_without_a_seat_there_is_nothing_to_keep(owner, room):
    assert owner.post(f"/r/{room.code}/keep/", headers=ORIGIN).url == f"/r/{room.code}/"
    assert owner.get(f"/r/{room.code}/keep/").status_code == 405
    assert not Assessment.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "https://evil.example"},
        # A sibling subdomain's request has the cookies too: SameSite is about sites, not hosts.
        {"origin": "http://evil.testserver", "sec-fetch-site": "same-site"},
        {"origin": "https://testserver", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_site_keeps_nothing_for_anybody(owner, room, headers):
    visitor = Client()
    for browser in (owner, visitor):
        spend_in(browser, room, "6-2-2-0-0", "3-4-2-1-0")
        response = browser.post(f"/r/{room.code}/keep/", headers=headers)
        assert response.status_code == 403
        assert "This form has expired" in response.content.decode()
    assert not Assessment.objects.exists()
    assert "sessionid" not in visitor.cookies


def test_what_can_be_no_code_is_not_looked_up(client):
    """Without the db fixture any query fails. PostgreSQL would also reject a NUL."""
    assert client.post("/r/CDF%00HJ/keep/", headers=ORIGIN).url == "/r/CDF%00HJ/"


# --- Polling ---


def test_a_poll_of_what_has_not_changed_is_a_304(client, room):
    spend_in(client, room, "6-2-2-0-0", "3-4-2-1-0")
    address = f"/r/{room.code}/result/"
    page = client.get(address)
    assert page["Cache-Control"] == "private, no-cache"
    poll = {"If-None-Match": page["ETag"]}
    assert client.get(address, headers=poll).status_code == 304
    answer(room, "other", NOW[1])
    changed = client.get(address, headers=poll)
    assert changed.status_code == 200
    assert "2 answers so far" in words_of(changed)


def test_polls_are_answered_from_memory(client, room, settings, django_assert_num_queries):
    spend_in(client, room, "6-2-2-0-0", "3-4-2-1-0")
    settings.PUBLIC_PAGE_SECONDS = 60
    address = f"/r/{room.code}/result/"
    page = client.get(address)
    with django_assert_num_queries(0):
        assert client.get(address).content == page.content
        poll = {"If-None-Match": page["ETag"]}
        assert client.get(address, headers=poll).status_code == 304
    live_rooms.get(room.code, refresh=True)
    with django_assert_num_queries(0):
        client.get(address)


def test_that_a_code_has_no_room_is_read_once_a_second(user, settings, django_assert_num_queries):
    settings.PUBLIC_PAGE_SECONDS = 60
    room = make_room(user)
    Room.objects.filter(pk=room.pk).update(code="CCCCCC")
    with django_assert_num_queries(1):
        assert [live_rooms.get(room.code) for _ in range(5)] == [None] * 5
    settings.PUBLIC_PAGE_SECONDS = 0  # a second later, someone has opened a room with this code
    Room.objects.filter(pk=room.pk).update(code=room.code)
    assert live_rooms.get(room.code).id == room.pk


def test_who_answered_otherwise_gets_another_page_from_memory(room, settings):
    settings.PUBLIC_PAGE_SECONDS = 60
    address = f"/r/{room.code}/result/"
    browsers = [Client(), Client()]
    for browser, split in zip(browsers, NOW, strict=False):
        spend_in(browser, room, split, FUTURE[0])
    for _ in range(2):
        said = [words_of(browser.get(address)) for browser in browsers]
        assert "Mainly business driven (60%)" in said[0]
        assert "Mainly business driven (60%)" not in said[1]
    assert len(room_page_cache._answers) == 2


def test_the_page_of_a_result_holds_no_person(owner, user, room):
    spend_in(owner, room, "6-2-2-0-0", "3-4-2-1-0")
    html = owner.get(f"/r/{room.code}/result/").content.decode()
    for trace in (user.email, "csrfmiddlewaretoken", "data-account="):
        assert trace not in html


def test_a_result_can_hold_still_without_javascript(client, room):
    spend_in(client, room, "6-2-2-0-0", "3-4-2-1-0")
    refresh = '<noscript><meta http-equiv="refresh" content="5"></noscript>'
    assert refresh in client.get(f"/r/{room.code}/result/").content.decode()
    still = client.get(f"/r/{room.code}/result/?still").content.decode()
    assert refresh not in still
    assert "Refresh this page by itself" in still


def test_a_title_is_shown_as_it_is_typed(client, host):
    room = make_room(host, title="<b>late-url-value</b> & co")
    spend_in(client, room, "6-2-2-0-0", "3-4-2-1-0")
    html = client.get(f"/r/{room.code}/result/").content.decode()
    assert "&lt;b&gt;late-url-value&lt;/b&gt; &amp; co" in html


def test_a_seat_is_stored_as_a_hash_of_what_the_browser_has(client, room):
    key = spend_in(client, room, "6-2-2-0-0").cookies[COOKIE].value.split(".")[1]
    stored = RoomAnswer.objects.get()
    assert key not in stored.seat
    assert isinstance(stored.pk, uuid.UUID)
    assert stored.split == Split.parse("6-2-2-0-0")


def test_points_that_come_after_the_room_was_deleted_still_lead_to_a_result(client, room):
    path = f"/r/{room.code}/"
    room.end()
    room.delete()
    live_rooms.get(room.code, refresh=True)
    page = client.post(path, points("6-2-2-0-0", round=1))
    assert page.status_code == 404
    assert 'href="/splits/6-2-2-0-0/">See the result of these points</a>' in page.content.decode()
    assert "See the result" not in words_of(client.post(path, points("6-2-2-0-1", round=1)))
