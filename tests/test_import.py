"""An export goes back into a history: all of it or nothing, and nothing twice."""

import json
import threading
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from purposeapp.exchange import exporting, hostile_json, importing
from purposeapp.exchange.importing import Document, NotAnExport, read_document
from purposeapp.exchange.importing.document import NOT_AN_EXPORT as NOT_OURS
from purposeapp.exchange.importing.entries import OTHER_POINTS_HERE, OTHER_POINTS_IN_FILE
from purposeapp.exchange.importing.goals import ENDED_TOO_EARLY, NOT_A_GOAL, SECOND_OPEN
from purposeapp.exchange.importing.values import (
    BAD_EVENT,
    BAD_TIME,
    IN_THE_FUTURE,
    NOTE_TOO_LONG,
    TOO_EARLY,
    WORDS_BESIDE_AN_EVENT,
    WORDS_MISSING,
    WORDS_TOO_LONG,
)
from purposeapp.exchange.values import BAD_DAY, BAD_TEXT
from purposeapp.exchange.values import UNKNOWN_VERSION as ANOTHER_VERSION
from purposeapp.forms import FILE_TOO_LARGE, MAX_IMPORT_BYTES
from purposeapp.models import Assessment, Goal, LifeEvent
from purposeapp.models.assessment import EARLIEST, NOTE_MAX_LENGTH
from purposeapp.split import Purpose
from tests.support.make import NOON, make_assessment, make_goal, make_user

PATH = "/history/import/"
EXPORT = "/history/export.json"
TAKEN = {"key": "taken_at"}
ID = "7f9c24e8-3b12-4fef-91e0-56e4c3a2b1d0"


def entry(**extra) -> dict:
    """An entry as an export has it, with something changed."""
    split = dict(zip(Purpose.values, [6, 2, 2, 0, 0], strict=True))
    return {"id": ID, "taken_at": "2026-03-01T12:00:00.000000Z", **split, "note": "n", **extra}


def document(*entries) -> bytes:
    return json.dumps({"version": 1, "assessments": entries}).encode()


def entries_of(data: bytes) -> list:
    return read_document(data).entries


def send(client, data: bytes, **extra):
    return client.post(PATH, {"file": SimpleUploadedFile("mine.json", data), **extra})


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def refusal(response) -> str:
    """Why a file was not taken; the page has it in the summary and at the field."""
    assert response.status_code == 422
    (error,) = response.context["form"].errors["file"]
    assert "There is a problem" in response.content.decode()
    return error


def wish(**extra) -> dict:
    """A goal as an export has it, with something changed."""
    split = dict(zip(Purpose.values, [4, 3, 3, 0, 0], strict=True))
    moment = "2026-03-01T12:00:00.000000Z"
    return {**split, "wanted_by": "2027-05-01", "set_at": moment, "ended_at": None, **extra}


def goals_document(*goals, entries=()) -> bytes:
    return json.dumps({"version": 1, "assessments": entries, "goals": goals}).encode()


@pytest.fixture
def three(user):
    return [
        make_assessment(user, split, taken_at=NOON + timedelta(days=day), note=f"note {day}\r\n😀")
        for day, split in enumerate(["6-2-2-0-0", "2-2-0-6-0", "0-0-0-0-10"])
    ]


# --- There and back ---------------------------------------------------------------------------


def test_what_was_taken_away_and_deleted_comes_back_exactly(owner, three):
    taken_away = owner.get(EXPORT).content
    Assessment.objects.all().delete()
    response = send(owner, taken_away)
    assert (response.status_code, response.url) == (302, "/history/")
    assert said(owner.get("/history/")) == ["3 assessments are back."]
    assert owner.get(EXPORT).content == taken_away
    assert all(
        assessment.recorded_at > timezone.now() - timedelta(minutes=1)
        for assessment in Assessment.objects.all()
    )


def test_a_second_time_changes_nothing(owner, three):
    taken_away = owner.get(EXPORT).content
    three[0].delete()
    for words in ["1 assessment is back. 2 were there already.", "3 were there already."]:
        send(owner, taken_away)
        assert said(owner.get("/history/")) == [words]
        assert owner.get(EXPORT).content == taken_away


def test_an_export_of_nothing_is_taken(owner):
    send(owner, document())
    assert said(owner.get("/history/")) == [
        "The file holds nothing to bring back, so nothing changed."
    ]


def test_it_goes_into_another_account_while_the_first_one_has_it_too(owner, stranger, three):
    taken_away = owner.get(EXPORT)
    send(stranger, taken_away.content)
    assert said(stranger.get("/history/")) == ["3 assessments are back."]
    assert owner.get(EXPORT).content == taken_away.content
    theirs = stranger.get(EXPORT)
    without_ids = [
        [{**found, "id": None} for found in export.json()["assessments"]]
        for export in (taken_away, theirs)
    ]
    assert without_ids[0] == without_ids[1]
    send(stranger, taken_away.content)
    assert said(stranger.get("/history/")) == ["3 were there already."]
    send(stranger, theirs.content)
    assert said(stranger.get("/history/")) == ["3 were there already."]
    assert stranger.get(EXPORT).content == theirs.content


def test_an_id_that_another_account_has_gets_the_same_answer_as_a_free_one(owner, stranger, three):
    taken = send(stranger, document(entry(id=str(three[0].id), note="mine")))
    said_of_taken = said(stranger.get("/history/"))
    free = send(stranger, document(entry()))
    assert (taken.status_code, taken.url) == (free.status_code, free.url)
    assert said(stranger.get("/history/")) == said_of_taken
    three[0].refresh_from_db()
    assert three[0].note == "note 0\r\n😀"


def test_after_the_first_account_is_gone_nothing_is_doubled(owner, stranger, three, user):
    taken_away = owner.get(EXPORT).content
    send(stranger, taken_away)
    user.delete()
    send(stranger, taken_away)
    assert Assessment.objects.count() == 3


def test_two_files_in_one_are_one(owner, stranger, three):
    """Somebody who joins what they took away from both accounts has each assessment twice."""
    send(stranger, owner.get(EXPORT).content)
    theirs = [client.get(EXPORT).json()["assessments"] for client in (stranger, owner)]
    Assessment.objects.filter(id=theirs[0][0]["id"]).delete()
    send(stranger, document(*theirs[0], *theirs[1]))
    assert len(stranger.get(EXPORT).json()["assessments"]) == 3


def test_a_note_that_was_changed_here_stays(owner, three):
    taken_away = owner.get(EXPORT).content
    Assessment.objects.filter(id=three[0].id).update(note="written since")
    send(owner, taken_away)
    assert said(owner.get("/history/")) == ["3 were there already."]
    three[0].refresh_from_db()
    assert three[0].note == "written since"


@pytest.mark.parametrize("whose", ["owner", "stranger"])
def test_other_points_under_the_same_id_are_refused_and_nothing_is_taken(request, whose, three):
    client = request.getfixturevalue(whose)
    send(client, request.getfixturevalue("owner").get(EXPORT).content)
    before = client.get(EXPORT).content
    entries = json.loads(before)["assessments"]
    changed = entry(id=str(three[2].id), note="changed")
    response = send(client, document(entry(id=str(uuid4())), *entries[:1], changed))
    assert refusal(response) == f"Entry 3: {OTHER_POINTS_HERE}"
    assert client.get(EXPORT).content == before


def test_many_are_read_at_the_cost_of_one(owner, django_assert_num_queries):
    # session, user; lock, what is here, insert, what is here now, in a savepoint (2);
    # the session with the message, in another one (3)
    with django_assert_num_queries(11):
        send(owner, document(entry()))
    with django_assert_num_queries(11):
        send(owner, document(*(entry(id=str(uuid4())) for _ in range(3))))


def test_five_hundred_with_the_longest_of_notes_fit(owner, user):
    Assessment.objects.bulk_create(
        Assessment(user=user, business_driven=10, note="x" * NOTE_MAX_LENGTH, **NO_POINTS)
        for _ in range(500)
    )
    taken_away = owner.get(EXPORT).content
    Assessment.objects.all().delete()
    send(owner, taken_away)
    assert owner.get(EXPORT).content == taken_away


NO_POINTS = dict.fromkeys(Purpose.values[1:], 0)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize("taken", [False, True], ids=["free ids", "ids that another one has"])
def test_the_same_file_twice_at_once_is_taken_once(taken):
    user = make_user()
    entries = [entry(id=str(uuid4())) for _ in range(20)]
    if taken:
        other = make_user("other@example.org")
        for values in entries[::2]:
            make_assessment(other, id=values["id"])
    at_once, added, failures = threading.Barrier(4), [], []

    def import_document(order):
        try:
            at_once.wait(timeout=10)
            added.append(
                importing.import_document(user, read_document(document(*entries[::order])))
            )
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=import_document, args=[order]) for order in (1, -1, 1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(added) == [(0, 0), (0, 0), (0, 0), (20, 0)]
    assert Assessment.objects.for_user(user).count() == 20


# --- What is no export ------------------------------------------------------------------------

SOON = (timezone.now() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
NO_ID, NO_TIME = "“id” must be a UUID.", BAD_TIME % TAKEN
NO_EVENT = BAD_EVENT % {"events": ", ".join(LifeEvent.values)}
BAD_ENTRIES = [
    (entry(id=None), NO_ID),
    (entry(id=7), NO_ID),
    (entry(id=""), NO_ID),
    (entry(id=[ID]), NO_ID),
    (entry(id="{" + ID + "}"), NO_ID),
    (entry(id=ID.replace("-", "")), NO_ID),
    (entry(id=f"urn:uuid:{ID}"), NO_ID),
    (entry(id=ID + "\0"), NO_ID),
    (entry(id="\ud800"), NO_ID),
    (entry(taken_at=None), NO_TIME),
    (entry(taken_at=1767225600), NO_TIME),
    (entry(taken_at=""), NO_TIME),
    (entry(taken_at="yesterday"), NO_TIME),
    (entry(taken_at="2026-03-01"), NO_TIME),
    (entry(taken_at="2026-03-01T12:00:00"), NO_TIME),
    (entry(taken_at="2026-02-30T12:00:00Z"), NO_TIME),
    (entry(taken_at="2026-03-01T12:00:60Z"), NO_TIME),
    (entry(taken_at="2026-03-01T12:00:00+24:00"), NO_TIME),
    (entry(taken_at="2026-03-01T12:00:00Z\n"), NO_TIME),
    (entry(taken_at="٢٠٢٦-03-01T12:00:00Z"), NO_TIME),
    (entry(taken_at="0000-03-01T12:00:00Z"), NO_TIME),
    (entry(taken_at="+002026-03-01T12:00:00Z"), NO_TIME),
    (entry(taken_at="0001-01-01T00:00:00Z"), TOO_EARLY % TAKEN),
    (entry(taken_at="0001-01-01T00:00:00+14:00"), TOO_EARLY % TAKEN),
    (entry(taken_at="0001-01-01T00:00:00-14:00"), TOO_EARLY % TAKEN),
    (entry(taken_at="2003-05-04T23:59:59Z"), TOO_EARLY % TAKEN),
    (entry(taken_at="9999-12-31T23:59:59-23:59"), IN_THE_FUTURE % TAKEN),
    (entry(taken_at="9999-12-31T23:59:59+23:59"), IN_THE_FUTURE % TAKEN),
    (entry(taken_at=SOON), IN_THE_FUTURE % TAKEN),
    *(
        (entry(business_driven=value), "“business_driven” must be a whole number from 0 to 10.")
        for value in [None, True, 6.0, "6", -1, 11, [6], {}, 10**17, 10**400, float("1e300")]
    ),
    (entry(vanity_project=False), "“vanity_project” must be a whole number from 0 to 10."),
    (entry(vanity_project=1), "You have used 11 of 10 points. Take 1 away."),
    (entry(business_driven=0), "You have used 4 of 10 points. Add 6 more."),
    (entry(note=None), BAD_TEXT % {"key": "note"}),
    (entry(note=7), BAD_TEXT % {"key": "note"}),
    (entry(note="a\0b"), BAD_TEXT % {"key": "note"}),
    (entry(note="a\ud800b"), BAD_TEXT % {"key": "note"}),
    (entry(note="x" * (NOTE_MAX_LENGTH + 1)), str(NOTE_TOO_LONG)),
    *(
        ({name: value for name, value in entry().items() if name != key}, f"“{key}” is missing.")
        for key in exporting.KEYS[:-2]
    ),
    *(
        (entry(event=value), NO_EVENT)
        for value in [None, 7, [], {}, "wedding", "New job", "other\0"]
    ),
    (entry(event="other"), str(WORDS_MISSING)),
    (entry(event="other", event_words=" \t"), str(WORDS_MISSING)),
    (entry(event_words="Moved"), str(WORDS_BESIDE_AN_EVENT)),
    (entry(event="new_job", event_words="Moved"), str(WORDS_BESIDE_AN_EVENT)),
    (entry(event="other", event_words="x" * 81), str(WORDS_TOO_LONG)),
    *(
        (entry(event="other", event_words=value), BAD_TEXT % {"key": "event_words"})
        for value in [None, 7, "a\0b", "a\ud800b"]
    ),
    *((value, "This is not an assessment.") for value in [None, 1, "x", [], True]),
]


@pytest.mark.parametrize(("bad", "reason"), BAD_ENTRIES)
def test_a_bad_entry_is_named_with_its_reason(bad, reason):
    with pytest.raises(NotAnExport) as refused:
        read_document(document(entry(id=str(uuid4())), bad))
    assert str(refused.value) == f"Entry 2: {reason}"


EXPORT_OF_NOTHING = '{"version": 1, "assessments": []}'
NOT_AN_EXPORT, UNKNOWN_VERSION = str(NOT_OURS), str(ANOTHER_VERSION)
BAD_FILES = {
    "no JSON": (b"hello", "Line 1: This is not JSON."),
    "cut off": (document(entry())[:-2] + b"\n", "Line 2: This is not JSON."),
    "two documents": (b"{}\n{}", "Line 2: This is not JSON."),
    "a CSV": (b"id,taken_at\r\n", "Line 1: This is not JSON."),
    "Latin-1": ('{\n"n": "Zwölf"}'.encode("latin-1"), "Line 2: This is not UTF-8 text."),
    "UTF-16": (EXPORT_OF_NOTHING.encode("utf-16"), "Line 1: This is not UTF-8 text."),
    "an encoded surrogate": (b'"\xed\xa0\x80"', "Line 1: This is not UTF-8 text."),
    "a NUL": (b'{"version": 1,\n\0"assessments": []}', "Line 2: This is not JSON."),
    "NaN": (
        b'{"version": 1, "note": "NaN \\" NaN",\n"assessments": [\nNaN]}',
        "Line 3: This is not JSON.",
    ),
    "Infinity": (
        b'{"version": 1,\n"x": -Infinity, "assessments": []}',
        "Line 2: This is not JSON.",
    ),
    "lists in lists": (b"[" * 100_000, str(hostile_json.TOO_DEEP)),
    "objects in objects": (b'{"a":' * 100_000, str(hostile_json.TOO_DEEP)),
    "a list": (b"[]", NOT_AN_EXPORT),
    "a number": (b"1", NOT_AN_EXPORT),
    "nothing": (b"null", NOT_AN_EXPORT),
    "no version": (b'{"assessments": []}', NOT_AN_EXPORT),
    "no assessments": (b'{"version": 1}', NOT_AN_EXPORT),
    "an object of assessments": (b'{"version": 1, "assessments": {}}', NOT_AN_EXPORT),
    "assessments twice": (b'{"version": 1, "assessments": [], "assessments": []}', NOT_AN_EXPORT),
    **{
        f"version {version}": (f'{{"version": {version}, "assessments": []}}'.encode(), reason)
        for version in ["2", "0", "1.0", "true", '"1"', "null", "1" * 5_000]
        for reason in [UNKNOWN_VERSION]
    },
}


@pytest.mark.parametrize(("data", "reason"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_file_is_refused_with_the_line_and_the_reason(data, reason):
    with pytest.raises(NotAnExport) as refused:
        read_document(data)
    assert str(refused.value) == reason


def test_a_key_that_stands_twice_in_an_entry_is_refused():
    data = document(entry()).replace(
        b'"business_driven": 6', b'"business_driven": 6, ' * 2 + b'"x":1'
    )
    with pytest.raises(NotAnExport, match=r"^Entry 1: “business_driven” must be"):
        read_document(data)


def test_the_same_id_twice_with_other_points_is_refused():
    with pytest.raises(NotAnExport) as refused:
        read_document(document(entry(), entry(business_driven=2, community_spirit=6)))
    assert str(refused.value) == f"Entry 2: {OTHER_POINTS_IN_FILE}"


def test_the_same_id_twice_with_the_same_points_counts_once():
    (only,) = entries_of(document(entry(note="first"), entry(note="second"), entry(id=ID.upper())))
    assert (only.id, only.note) == (UUID(ID), "first")


@pytest.mark.parametrize(
    "taken_at",
    [
        "2026-03-01T12:00:00Z",
        "2026-03-01T12:00:00.0Z",
        "2026-03-01T13:30:00.000000+01:30",
        "2026-03-01T00:00:00-12:00",
    ],
)
def test_a_moment_may_have_any_offset(taken_at):
    (only,) = entries_of(document(entry(taken_at=taken_at)))
    assert (only.taken_at, only.taken_at.tzinfo) == (NOON, UTC)


def test_more_keys_and_a_byte_order_mark_do_no_harm(owner):
    more = entry(mood="good", deep=[[[{}]]], huge=10**17)
    data = json.dumps({"made_by": "me", "version": 1, "assessments": [more], "x": 1e400 > 1})
    send(owner, b"\xef\xbb\xbf" + data.replace(str(10**17), "9" * 5_000).encode())
    assert Assessment.objects.get().note == "n"


@pytest.mark.parametrize("data", [*(data for data, _ in BAD_FILES.values()), b""])
def test_after_a_bad_file_the_history_is_as_before(owner, three, data):
    before = owner.get(EXPORT).content
    refusal(send(owner, data))
    assert owner.get(EXPORT).content == before


@pytest.mark.parametrize("bad", [bad for bad, _ in BAD_ENTRIES])
def test_nothing_of_a_file_with_one_bad_entry_is_taken(owner, bad):
    refusal(send(owner, document(entry(), bad)))
    assert not Assessment.objects.exists()


@pytest.mark.parametrize("size", [MAX_IMPORT_BYTES + 1, 10_000_000])
def test_a_file_that_is_too_large_is_refused_with_a_clear_page(owner, size):
    data = document(entry())
    assert refusal(send(owner, data + b" " * (size - len(data)))) == str(FILE_TOO_LARGE)
    assert not Assessment.objects.exists()


def test_a_file_of_exactly_the_largest_size_is_taken(owner):
    data = document(entry())
    send(owner, data + b" " * (MAX_IMPORT_BYTES - len(data)))
    assert Assessment.objects.count() == 1


def test_nothing_of_a_file_is_repeated_in_the_refusal(owner):
    page = send(owner, document(entry(note="<script>\ud800", mood="<script>"))).content.decode()
    assert "<script>\ud800" not in page
    assert "mood" not in page


@pytest.mark.parametrize("form", [{}, {"file": ""}, {"file": "text"}])
def test_without_a_file_one_is_asked_for(owner, form):
    assert refusal(owner.post(PATH, form)) == "Choose the file first."


# --- What happened, and the goals -------------------------------------------------------------


def test_an_export_from_before_there_were_events_and_goals_is_taken(owner):
    send(owner, document(entry()))
    assessment = Assessment.objects.get()
    assert (assessment.event, assessment.event_words) == ("", "")
    assert not Goal.objects.exists()


def test_events_and_goals_come_back_exactly(owner, user):
    make_assessment(user, event="redundancy")
    make_assessment(user, event="other", event_words="=Moved to “Oslo” 😀")
    make_goal(user, "4-3-3-0-0", set_at=NOON, ended_at=NOON + timedelta(days=1))
    make_goal(user, "0-10-0-0-0", set_at=NOON + timedelta(days=1), wanted_by=date(2027, 5, 1))
    taken_away = owner.get(EXPORT).content
    Assessment.objects.all().delete()
    Goal.objects.all().delete()
    for words in ["2 assessments are back. 2 goals are back.", "4 were there already."]:
        send(owner, taken_away)
        assert said(owner.get("/history/")) == [words]
        assert owner.get(EXPORT).content == taken_away


def test_goals_alone_come_back_too(owner):
    send(owner, goals_document(wish()))
    assert said(owner.get("/history/")) == ["1 goal is back."]
    assert str(Goal.objects.get()) == "4-3-3-0-0 (2026-03-01)"


@pytest.mark.parametrize(
    ("set_here", "ended"),
    [(NOON + timedelta(days=9), NOON + timedelta(days=9)), (NOON - timedelta(days=9), NOON)],
    ids=["the one here is newer", "the one here is older"],
)
def test_the_goal_that_is_here_holds_on_and_an_open_one_goes_on_record(
    owner, user, set_here, ended
):
    here = make_goal(user, "0-10-0-0-0", set_at=set_here)
    for _ in range(2):
        send(owner, goals_document(wish()))
        assert Goal.objects.for_user(user).current().get() == here
        other = Goal.objects.for_user(user).ended().get()
        assert (str(other.split), other.set_at, other.ended_at) == ("4-3-3-0-0", NOON, ended)


def test_a_goal_of_somebody_else_is_none_of_mine(owner, user, stranger):
    theirs = make_goal(make_user("other@example.org"), "4-3-3-0-0", set_at=NOON)
    send(owner, goals_document(wish()))
    assert Goal.objects.for_user(user).current().count() == 1
    assert Goal.objects.get(pk=theirs.pk).ended_at is None


def test_goals_in_a_file_that_is_refused_are_not_taken(owner, three):
    entries = json.loads(owner.get(EXPORT).content)["assessments"]
    changed = {**entries[0], **dict(zip(Purpose.values, [0, 0, 0, 0, 10], strict=True))}
    response = send(owner, goals_document(wish(), entries=[changed]))
    assert refusal(response) == f"Entry 1: {OTHER_POINTS_HERE}"
    assert not Goal.objects.exists()


def test_the_same_goal_twice_in_a_file_counts_once():
    (only,) = read_document(goals_document(wish(), wish())).goals
    assert only.set_at == NOON


def test_many_goals_are_read_at_the_cost_of_one(owner, django_assert_num_queries):
    # as for assessments, but with the goal that holds instead of what is here now
    with django_assert_num_queries(11):
        send(owner, goals_document(wish()))
    ended = {"ended_at": "2026-03-09T12:00:00Z"}
    several = [wish(set_at=f"2026-03-0{day}T12:00:00Z", **ended) for day in (2, 3, 4)]
    with django_assert_num_queries(11):
        send(owner, goals_document(*several))


SET = {"key": "set_at"}
ENDED = {"key": "ended_at"}
BAD_GOALS = [
    *((value, str(NOT_A_GOAL)) for value in [None, 1, "x", [], True]),
    *(
        ({name: value for name, value in wish().items() if name != key}, f"“{key}” is missing.")
        for key in exporting.GOAL_KEYS
    ),
    (wish(business_driven="4"), "“business_driven” must be a whole number from 0 to 10."),
    (wish(vanity_project=1), "You have used 11 of 10 points. Take 1 away."),
    *((wish(set_at=value), BAD_TIME % SET) for value in [None, 7, "", "2026-03-01", "x\0"]),
    (wish(set_at=SOON), IN_THE_FUTURE % SET),
    (wish(set_at="2003-05-04T23:59:59Z"), TOO_EARLY % SET),
    *((wish(ended_at=value), BAD_TIME % ENDED) for value in [False, 7, "", "2026-03-01"]),
    (wish(ended_at=SOON), IN_THE_FUTURE % ENDED),
    (wish(ended_at="2026-03-01T11:59:59Z"), str(ENDED_TOO_EARLY)),
    *(
        (wish(wanted_by=value), BAD_DAY % {"key": "wanted_by"})
        for value in [7, False, "", "2027-02-30", "2027-5-1", "20270501", "٢٠٢٧-05-01", "x\0"]
    ),
    (wish(set_at="2026-03-02T12:00:00Z"), str(SECOND_OPEN)),
]


@pytest.mark.parametrize(("bad", "reason"), BAD_GOALS)
def test_a_bad_goal_is_named_with_its_reason_and_nothing_is_taken(owner, bad, reason):
    response = send(owner, goals_document(wish(), bad, entries=[entry()]))
    assert refusal(response) == f"Goal 2: {reason}"
    assert not Assessment.objects.exists()
    assert not Goal.objects.exists()


@pytest.mark.parametrize("goals", [None, 1, "x", {}])
def test_goals_that_are_no_list_make_it_no_export(goals):
    data = json.dumps({"version": 1, "assessments": [], "goals": goals}).encode()
    with pytest.raises(NotAnExport) as refused:
        read_document(data)
    assert str(refused.value) == NOT_AN_EXPORT


# --- Hostile files by the thousand ------------------------------------------------------------

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-2, 12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


def entries_or_refusal(data: bytes) -> Document | str:
    """What is in a file, or why it is not taken, as the page would have it."""
    try:
        return read_document(data)
    except NotAnExport as refused:
        return str(refused).encode().decode()


@given(st.binary() | VALUES.map(lambda value: json.dumps(value).encode()))
def test_anything_is_refused_with_a_reason(data):
    assert isinstance(entries_or_refusal(data), str)


@given(st.dictionaries(st.sampled_from(exporting.KEYS), VALUES, min_size=1))
def test_any_change_of_an_entry_is_refused_or_a_good_one(change):
    match entries_or_refusal(document(entry(**change))):
        case Document(entries=[only]):
            assert sum(only.split) == 10
            assert only.note == change.get("note", "n")
        case refusal:
            assert refusal.startswith("Entry 1: ")


@given(st.datetimes(), st.timedeltas(timedelta(hours=-23), timedelta(hours=23)))
def test_any_moment_is_refused_or_one_that_was(moment, offset):
    minutes = abs(offset) // timedelta(minutes=1)
    sign = "-" if offset < timedelta(0) else "+"
    taken_at = f"{moment.isoformat()}{sign}{minutes // 60:02}:{minutes % 60:02}"
    match entries_or_refusal(document(entry(taken_at=taken_at))):
        case Document(entries=[only]):
            assert only.taken_at == datetime.fromisoformat(taken_at)
            assert EARLIEST <= only.taken_at <= timezone.now()
        case refusal:
            assert refusal in [
                f"Entry 1: {TOO_EARLY % TAKEN}",
                f"Entry 1: {IN_THE_FUTURE % TAKEN}",
            ]


# --- Who may ----------------------------------------------------------------------------------


def test_the_form_opens_and_the_history_links_to_it(owner, user):
    page = owner.get(PATH).content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert 'type="file"' in page
    assert f'href="{PATH}"' in owner.get("/history/").content.decode()
    make_assessment(user)
    assert f'href="{PATH}"' in owner.get("/history/").content.decode()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_whoever_is_not_signed_in_is_asked_to(client, db, method):
    response = client.generic(method, PATH)
    assert (response.status_code, response.url) == (302, f"/accounts/login/?next={PATH}")
    send(client, document(entry()))
    assert not Assessment.objects.exists()


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(owner, method):
    assert getattr(owner, method)(PATH).status_code == 405


def test_it_needs_a_token(user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    assert send(client, document(entry())).status_code == 403
    assert not Assessment.objects.exists()


def test_no_cache_keeps_the_page(owner):
    assert "no-store" in owner.get(PATH)["Cache-Control"]


@given(st.dictionaries(st.sampled_from(exporting.GOAL_KEYS), VALUES, min_size=1))
def test_any_change_of_a_goal_is_refused_or_a_good_one(change):
    match entries_or_refusal(goals_document(wish(**change))):
        case Document(goals=[only]):
            assert sum(only.split) == 10
            assert only.ended_at is None or only.ended_at >= only.set_at
        case refusal:
            assert refusal.startswith("Goal 1: ")
