"""Importing an export into a history: all or nothing, and idempotent."""

import json
import threading
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from purposeapp.forms import FILE_TOO_LARGE, ImportForm
from purposeapp.import_export import deserialization, importing
from purposeapp.import_export.deserialization import read_document
from purposeapp.import_export.importing import import_document
from purposeapp.models import Assessment, Goal
from purposeapp.models.assessment import NOTE_MAX_LENGTH
from purposeapp.split import Purpose
from tests.support.exports import document, entry, goal_entry, table
from tests.support.make import NOON, make_assessment, make_goal, make_user
from tests.support.pages import said

PATH = "/history/import/"
EXPORT = "/history/export.json"


def send(client, data: bytes, **extra):
    return client.post(PATH, {"file": SimpleUploadedFile("mine.json", data), **extra})


def refusal(response) -> str:
    """Return why a file was rejected, which the page says in the summary and at the field."""
    assert response.status_code == 422
    (error,) = response.context["form"].errors["file"]
    assert "There is a problem" in response.content.decode()
    return error


@pytest.fixture
def three(user):
    return [
        make_assessment(user, split, taken_at=NOON + timedelta(days=day), note=f"note {day}\n😀")
        for day, split in enumerate(["6-2-2-0-0", "2-2-0-6-0", "0-0-0-0-10"])
    ]


# --- Round trip -------------------------------------------------------------------------------


def test_what_was_taken_away_and_deleted_comes_back_exactly(owner, three):
    taken_away = owner.get(EXPORT).content
    Assessment.objects.all().delete()
    response = send(owner, taken_away)
    assert (response.status_code, response.url) == (302, "/history/")
    assert said(owner.get("/history/")) == ["3 results imported."]
    assert owner.get(EXPORT).content == taken_away
    assert all(
        assessment.recorded_at > timezone.now() - timedelta(minutes=1)
        for assessment in Assessment.objects.all()
    )


def test_a_second_time_changes_nothing(owner, three):
    taken_away = owner.get(EXPORT).content
    three[0].delete()
    for words in [
        "1 result imported. 2 entries were already in your account.",
        "Nothing new: everything in this file is already in your account.",
    ]:
        send(owner, taken_away)
        assert said(owner.get("/history/")) == [words]
        assert owner.get(EXPORT).content == taken_away


def test_an_export_of_nothing_is_taken(owner):
    send(owner, document())
    assert said(owner.get("/history/")) == ["The file is empty, so nothing was imported."]


def test_it_goes_into_another_account_while_the_first_one_has_it_too(owner, stranger, three):
    taken_away = owner.get(EXPORT)
    send(stranger, taken_away.content)
    assert said(stranger.get("/history/")) == ["3 results imported."]
    assert owner.get(EXPORT).content == taken_away.content
    theirs = stranger.get(EXPORT)
    without_ids = [
        [{**found, "id": None} for found in export.json()["assessments"]]
        for export in (taken_away, theirs)
    ]
    assert without_ids[0] == without_ids[1]
    send(stranger, taken_away.content)
    assert said(stranger.get("/history/")) == [
        "Nothing new: everything in this file is already in your account."
    ]
    send(stranger, theirs.content)
    assert said(stranger.get("/history/")) == [
        "Nothing new: everything in this file is already in your account."
    ]
    assert stranger.get(EXPORT).content == theirs.content


def test_an_id_that_another_account_has_gets_the_same_answer_as_a_free_one(owner, stranger, three):
    taken = send(stranger, document(entry(id=str(three[0].id), note="mine")))
    said_of_taken = said(stranger.get("/history/"))
    free = send(stranger, document(entry()))
    assert (taken.status_code, taken.url) == (free.status_code, free.url)
    assert said(stranger.get("/history/")) == said_of_taken
    three[0].refresh_from_db()
    assert three[0].note == "note 0\n😀"


def test_after_the_first_account_is_gone_nothing_is_doubled(owner, stranger, three, user):
    taken_away = owner.get(EXPORT).content
    send(stranger, taken_away)
    user.delete()
    send(stranger, taken_away)
    assert Assessment.objects.count() == 3


def test_two_files_in_one_are_one(owner, stranger, three):
    """Someone who joins the exports of two accounts may have each assessment twice."""
    send(stranger, owner.get(EXPORT).content)
    theirs = [client.get(EXPORT).json()["assessments"] for client in (stranger, owner)]
    Assessment.objects.filter(id=theirs[0][0]["id"]).delete()
    send(stranger, document(*theirs[0], *theirs[1]))
    assert len(stranger.get(EXPORT).json()["assessments"]) == 3


def test_a_note_that_was_changed_here_stays(owner, three):
    taken_away = owner.get(EXPORT).content
    Assessment.objects.filter(id=three[0].id).update(note="written since")
    send(owner, taken_away)
    assert said(owner.get("/history/")) == [
        "Nothing new: everything in this file is already in your account."
    ]
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
    assert refusal(response) == f"Entry 3: {importing.OTHER_POINTS_HERE}"
    assert client.get(EXPORT).content == before


def test_many_are_read_at_the_cost_of_one(owner, django_assert_num_queries):
    # session, user; the import lock, in a savepoint (2); lock, existing rows, insert, rows now,
    # in a savepoint (2); the session with the message
    with django_assert_num_queries(11):
        send(owner, document(entry()))
    with django_assert_num_queries(11):
        send(owner, document(*(entry(id=str(uuid4())) for _ in range(3))))


@pytest.mark.parametrize(("path", "count"), [(EXPORT, 10_000), ("/history/export.csv", 3_000)])
def test_thousands_with_the_longest_of_notes_go_there_and_back(owner, user, path, count):
    Assessment.objects.bulk_create(
        Assessment(user=user, business_driven=10, note="é" * NOTE_MAX_LENGTH, **NO_POINTS)
        for _ in range(count)
    )
    taken_away = owner.get(path).getvalue()
    Assessment.objects.all().delete()
    assert send(owner, taken_away).status_code == 302
    assert owner.get(path).getvalue() == taken_away


def test_more_entries_than_are_taken_are_refused_and_counted(owner, monkeypatch):
    monkeypatch.setattr(deserialization, "MAX_ENTRIES", 3)
    entries = [entry(id=str(uuid4())) for _ in range(4)]
    too_many = "This file has more than 3 entries. Split it into smaller files."
    goals = [goal_entry(set_at=f"2026-03-0{day}T12:00:00Z", ended_at=None) for day in "1234"]
    assert refusal(send(owner, document(*entries))) == too_many
    assert refusal(send(owner, document(goals=goals))) == too_many
    assert refusal(send(owner, table(*entries))) == too_many
    assert refusal(send(owner, table(*entries[:1] * 4))) == too_many
    assert not Assessment.objects.exists()
    send(owner, document(*entries[:3]))
    send(owner, table(entries[3]))
    assert Assessment.objects.count() == 4


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

    def run(order):
        try:
            at_once.wait(timeout=10)
            added.append(import_document(user, read_document(document(*entries[::order]))))
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[order]) for order in (1, -1, 1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(added) == [(0, 0), (0, 0), (0, 0), (20, 0)]
    assert Assessment.objects.for_user(user).count() == 20


# --- CSV --------------------------------------------------------------------------------------


def test_our_csv_comes_back_exactly_and_a_second_time_changes_nothing(owner, user, three):
    make_assessment(user, note="=1+1;-2\n\n@x", event="other", event_words="'=Oslo")
    taken_away = [owner.get(path).content for path in (EXPORT, "/history/export.csv")]
    Assessment.objects.all().delete()
    for words in [
        "4 results imported.",
        "Nothing new: everything in this file is already in your account.",
    ]:
        send(owner, taken_away[1])
        assert said(owner.get("/history/")) == [words]
        assert owner.get(EXPORT).content == taken_away[0]


def test_a_bad_row_is_named_and_nothing_is_taken(owner, three):
    before = owner.get(EXPORT).content
    changed = entry(id=str(three[2].id), note="changed")
    data = table(entry(id=str(uuid4())), changed)
    assert refusal(send(owner, data)) == f"Row 3: {importing.OTHER_POINTS_HERE}"
    assert owner.get(EXPORT).content == before


# --- Rejected files ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[" * 100_000,
        document(entry(), entry(id="\ud800")),
        document(entry(), entry(id=str(uuid4()), note="a\0b")),
        document(entry(), goals=[{}]),
    ],
    ids=["empty", "deep", "a bad id", "a bad note", "a bad goal"],
)
def test_after_a_bad_file_the_history_is_as_before(owner, three, data):
    before = owner.get(EXPORT).content
    refusal(send(owner, data))
    assert owner.get(EXPORT).content == before


MEGABYTE = 1024 * 1024
TOO_LARGE = FILE_TOO_LARGE % {"megabytes": 1}


@pytest.fixture
def one_megabyte(monkeypatch):
    """Lower the size limit to one megabyte, so that no test has to send more."""
    monkeypatch.setattr(ImportForm.base_fields["file"], "max_megabytes", 1)


@pytest.mark.parametrize("size", [MEGABYTE + 1, 10_000_000])
def test_a_file_that_is_too_large_is_refused_with_a_clear_page(owner, one_megabyte, size):
    data = document(entry())
    assert refusal(send(owner, data + b" " * (size - len(data)))) == TOO_LARGE
    assert not Assessment.objects.exists()


def test_a_file_of_exactly_the_largest_size_is_taken(owner, one_megabyte):
    data = document(entry())
    send(owner, data + b" " * (MEGABYTE - len(data)))
    assert Assessment.objects.count() == 1


@pytest.mark.parametrize("key", ["id", "taken_at", "business_driven", "event"])
def test_nothing_of_a_file_is_repeated_in_the_refusal(owner, key):
    response = send(owner, document(entry(**{key: "<b>words", "mood": "<b>words"})))
    assert refusal(response).startswith(f"Entry 1: “{key}”: This must be")
    assert "words" not in refusal(response)


@pytest.mark.parametrize("form", [{}, {"file": ""}, {"file": "text"}])
def test_without_a_file_one_is_asked_for(owner, form):
    assert refusal(owner.post(PATH, form)) == "Choose a file first."


# --- Life events and goals --------------------------------------------------------------------


def test_an_export_from_before_there_were_events_and_goals_is_taken(owner):
    send(owner, json.dumps({"version": 1, "assessments": [entry()]}).encode())
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
    for words in [
        "2 results imported. 2 goals imported.",
        "Nothing new: everything in this file is already in your account.",
    ]:
        send(owner, taken_away)
        assert said(owner.get("/history/")) == [words]
        assert owner.get(EXPORT).content == taken_away


def test_goals_alone_come_back_too(owner):
    send(owner, document(goals=[goal_entry()]))
    assert said(owner.get("/history/")) == ["1 goal imported."]
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
        send(owner, document(goals=[goal_entry()]))
        assert Goal.objects.for_user(user).current().get() == here
        other = Goal.objects.for_user(user).exclude(ended_at=None).get()
        assert (str(other.split), other.set_at, other.ended_at) == ("4-3-3-0-0", NOON, ended)


def test_a_goal_of_somebody_else_is_none_of_mine(owner, user, stranger):
    theirs = make_goal(make_user("other@example.org"), "4-3-3-0-0", set_at=NOON)
    send(owner, document(goals=[goal_entry()]))
    assert Goal.objects.for_user(user).current().count() == 1
    assert Goal.objects.get(pk=theirs.pk).ended_at is None


def test_goals_in_a_file_that_is_refused_are_not_taken(owner, three):
    entries = json.loads(owner.get(EXPORT).content)["assessments"]
    changed = {**entries[0], **dict(zip(Purpose.values, [0, 0, 0, 0, 10], strict=True))}
    response = send(owner, document(changed, goals=[goal_entry()]))
    assert refusal(response) == f"Entry 1: {importing.OTHER_POINTS_HERE}"
    assert not Goal.objects.exists()


def test_many_goals_are_read_at_the_cost_of_one(owner, django_assert_num_queries):
    # as for assessments, but with the current goal and the number of goals instead of the rows now
    with django_assert_num_queries(12):
        send(owner, document(goals=[goal_entry()]))
    ended = {"ended_at": "2026-03-09T12:00:00Z"}
    several = [goal_entry(set_at=f"2026-03-0{day}T12:00:00Z", **ended) for day in (2, 3, 4)]
    with django_assert_num_queries(12):
        send(owner, document(goals=several))


# --- Permissions ------------------------------------------------------------------------------


def test_the_form_opens_and_the_history_links_to_it(owner, user):
    page = owner.get(PATH).content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert 'type="file"' in page
    assert f'href="{PATH}"' in owner.get("/history/").content.decode()
    make_assessment(user)
    assert f'href="{PATH}"' in owner.get("/history/").content.decode()
