"""Limits per account: what one may store, import and export, so that it can't starve others."""

import json
import threading
import tracemalloc
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client

from purposeapp.import_export import json_validation
from purposeapp.import_export.importing import TOO_MANY_GOALS_HERE, TOO_MANY_HERE
from purposeapp.models import Assessment, Goal, User
from purposeapp.models.assessment import (
    HISTORY_IS_FULL,
    MAX_ASSESSMENTS,
    NOTE_MAX_LENGTH,
    AssessmentQuerySet,
)
from purposeapp.models.goal import MAX_GOALS
from purposeapp.models.integrity import violates
from purposeapp.split import Split
from purposeapp.views import data_export
from purposeapp.views.data_import import IMPORT_IS_RUNNING
from tests.support.client import sign_in, spend
from tests.support.concurrency import at_once
from tests.support.exports import document, entry, goal_entry
from tests.support.make import make_assessment, make_goal, make_user, sheet
from tests.support.pages import text_of

IMPORT, JSON, CSV = "/history/import/", "/history/export.json", "/history/export.csv"
LONG_AGO = datetime(2010, 1, 1, tzinfo=UTC)
FULL = str(HISTORY_IS_FULL) % {"most": "10,000"}


def fill(user: User, count: int, note: str = "") -> None:
    """Give a user `count` assessments, one per minute."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO purposeapp_assessment (id, user_id, taken_at, recorded_at, note,"
            " submission, business_driven, community_spirit, learning_sponge, job_seeking,"
            " vanity_project) SELECT gen_random_uuid(), %s, now() - minutes * interval '1 minute',"
            " now(), %s, gen_random_uuid(), 6, 2, 2, 0, 0 FROM generate_series(1, %s) AS minutes",
            [user.pk, note, count],
        )


def fill_goals(user: User, count: int) -> None:
    """Give a user `count` ended goals, set one per minute, the last one just now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO purposeapp_goal (user_id, set_at, ended_at, business_driven,"
            " community_spirit, learning_sponge, job_seeking, vanity_project)"
            " SELECT %s, now() - minutes * interval '1 minute', now(), 6, 2, 2, 0, 0"
            " FROM generate_series(0, %s) AS minutes",
            [user.pk, count - 1],
        )


@pytest.fixture
def full(user) -> User:
    fill(user, MAX_ASSESSMENTS)
    return user


def send(client: Client, data: bytes):
    return client.post(IMPORT, {"file": SimpleUploadedFile("export.json", data)})


# --- The limit of results -----------------------------------------------------------------------


def test_postgresql_refuses_one_more_and_whatever_another_account_has_does_not_count(full):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        make_assessment(full)
    assert violates(refusal.value, "assessment_not_too_many")
    make_assessment(make_user("other@example.org"))


def test_whoever_has_as_many_reads_so_with_the_points_still_there(owner, full):
    for response in (spend(owner), owner.post("/history/add/", sheet("6-2-2-0-0"))):
        assert response.status_code == 422
        assert FULL in text_of(response)
        # The fieldset of the five fields refers screen readers to the error message.
        html = response.content.decode()
        assert html.count('aria-describedby="budget-error"') == html.count('id="budget-error"') == 1
        assert 'value="6"' in response.content.decode()
    assert FULL in text_of(owner.post("/keep/6-2-2-0-0/", follow=True))
    assert Assessment.objects.count() == MAX_ASSESSMENTS


def test_a_form_sent_twice_still_leads_to_the_one_that_it_made(owner, user):
    fill(user, MAX_ASSESSMENTS - 1)
    form = str(uuid4())
    assert spend(owner, submission=form).url == spend(owner, submission=form).url


def test_where_one_is_deleted_there_is_room(owner, full):
    Assessment.objects.first().delete()
    assert spend(owner).status_code == 302
    assert spend(owner).status_code == 422


def test_what_waited_for_the_sign_in_goes_on_waiting(client, full):
    spend(client)
    assert sign_in(client, full).url == "/history/"
    assert FULL in text_of(client.get("/history/"))
    Assessment.objects.first().delete()
    chosen = client.get("/history/pending/").context["results"]
    value = f"{chosen[0].submission}|{chosen[0].split}"
    client.post("/history/pending/", {"result": value})
    assert Assessment.objects.count() == MAX_ASSESSMENTS
    spend(guest := Client())
    sign_in(guest, full)
    value = f"{guest.get('/history/pending/').context['results'][0].submission}|6-2-2-0-0"
    page = guest.post("/history/pending/", {"result": value}, follow=True)
    assert FULL in text_of(page)
    assert len(guest.get("/history/pending/").context["results"]) == 1


def test_an_import_beyond_it_is_refused_as_a_whole(owner, user):
    fill(user, MAX_ASSESSMENTS - 1)
    two = document(entry(id=str(uuid4())), entry(id=str(uuid4())))
    response = send(owner, two)
    assert response.status_code == 422
    params = {"most": "10,000", "count": "10,001"}
    assert str(TOO_MANY_HERE) % params in text_of(response)
    assert Assessment.objects.count() == MAX_ASSESSMENTS - 1
    one = document(entry())
    assert send(owner, one).status_code == send(owner, one).status_code == 302


# --- The limit of goals -------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_import_that_another_result_overtakes_is_refused_in_words(monkeypatch):
    user = make_user()
    fill(user, MAX_ASSESSMENTS - 1)
    client, store = Client(), AssessmentQuerySet.bulk_create
    client.force_login(user)

    def overtaken(rows, *args, **kwargs):
        monkeypatch.undo()
        assert at_once(lambda: make_assessment(user)) == []
        return store(rows, *args, **kwargs)

    monkeypatch.setattr(AssessmentQuerySet, "bulk_create", overtaken)
    response = send(client, document(entry()))
    assert response.status_code == 422
    params = {"most": "10,000", "count": "10,001"}
    assert str(TOO_MANY_HERE) % params in text_of(response)
    assert Assessment.objects.count() == MAX_ASSESSMENTS


def test_goals_that_were_set_first_are_forgotten_and_never_the_one_that_holds(user):
    holds = make_goal(user, set_at=LONG_AGO)
    fill_goals(user, MAX_GOALS - 1)
    first = Goal.objects.exclude(ended_at=None).oldest_first()[0]
    theirs = make_goal(make_user("other@example.org"), set_at=LONG_AGO)
    Goal.objects.set(user=user, split=Split.parse("1-2-3-4-0"))
    mine = Goal.objects.for_user(user)
    assert mine.count() == MAX_GOALS
    assert not mine.filter(pk=holds.pk).exists()  # it has ended, and is the oldest
    assert mine.filter(pk=first.pk).exists()
    assert mine.current().get().split == Split.parse("1-2-3-4-0")
    make_goal(user, set_at=LONG_AGO, ended_at=LONG_AGO)
    assert mine.count() == MAX_GOALS
    assert mine.oldest_first()[0] == first
    assert Goal.objects.current().filter(pk=theirs.pk).exists()


def test_the_limit_reads_each_goal_a_few_times_even_if_the_statistics_say_there_are_none(user):
    def goals_read() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables"
                " WHERE relname = 'purposeapp_goal'"
            )
            return cursor.fetchone()[0]

    make_goal(user).delete()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE purposeapp_goal")
    before = goals_read()
    fill_goals(user, MAX_GOALS + 5)
    Goal.objects.set(user=user, split=Split.parse("1-2-3-4-0"))
    assert Goal.objects.count() == MAX_GOALS
    assert goals_read() - before < 20 * MAX_GOALS


def test_the_one_that_holds_is_kept_however_long_ago_it_was_set(user):
    holds = make_goal(user, set_at=LONG_AGO)
    fill_goals(user, MAX_GOALS + 5)
    assert Goal.objects.count() == MAX_GOALS
    assert Goal.objects.current().get() == holds


def test_a_file_with_more_goals_than_are_kept_is_refused(owner, user):
    fill_goals(user, MAX_GOALS)
    words = {"most": "10,000", "count": "10,001"}
    refused = send(owner, document(entry(), goals=[goal_entry()]))
    assert refused.status_code == 422
    assert str(TOO_MANY_GOALS_HERE) % words in text_of(refused)
    assert not Assessment.objects.exists()
    assert Goal.objects.count() == MAX_GOALS


# --- One import at a time -----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_second_import_of_one_account_is_told_so_and_others_go_on():
    user, other = make_user(), make_user("other@example.org")
    owner, stranger = Client(), Client()
    owner.force_login(user)
    stranger.force_login(other)
    is_locked, is_over = threading.Event(), threading.Event()

    def import_slowly():
        try:
            with transaction.atomic():
                assert User.objects.lock_import(user)
                is_locked.set()
                is_over.wait(timeout=30)
        finally:
            connection.close()

    thread = threading.Thread(target=import_slowly)
    thread.start()
    try:
        assert is_locked.wait(timeout=30)
        second = send(owner, document(entry()))
        assert (second.status_code, second.headers["Retry-After"]) == (409, "60")
        assert str(IMPORT_IS_RUNNING) in text_of(second)
        assert send(stranger, document(entry(id=str(uuid4())))).status_code == 302
    finally:
        is_over.set()
        thread.join()
    assert send(owner, document(entry())).status_code == 302
    assert Assessment.objects.for_user(user).count() == 1


# --- Limits on a file ---------------------------------------------------------------------------


@pytest.mark.parametrize("value", [b"[]", b"{}", b"1", b'"a"'], ids=repr)
def test_a_file_of_very_many_values_is_refused_before_they_are_made(owner, value):
    values = b",".join([value] * (json_validation.MAX_VALUES + 1))
    response = send(owner, b'{"version": 1, "assessments": [' + values + b"]}")
    assert response.status_code == 422
    assert str(json_validation.TOO_MANY_VALUES) in text_of(response)


@pytest.mark.parametrize("value", [b'"" ', b'"":', b'"a"'], ids=repr)
def test_a_file_of_very_many_texts_without_commas_is_refused_in_little_memory(monkeypatch, value):
    monkeypatch.setattr(json_validation, "MAX_VALUES", 100_000)
    data = value * 1_000_000
    tracemalloc.start()
    try:
        with pytest.raises(json_validation.InvalidFile) as refused:
            json_validation.load(data)
        _end, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert refused.value.messages == [json_validation.TOO_MANY_VALUES]
    assert peak < 1.1 * len(data)  # the decoded text


def test_a_file_of_as_many_texts_as_values_may_have_is_read(monkeypatch):
    monkeypatch.setattr(json_validation, "MAX_VALUES", 10)
    entries = {f"key {number}": "a" for number in range(9)}
    assert json_validation.load(json.dumps({"version": 1, **entries}).encode())["key 8"] == "a"
    with pytest.raises(json_validation.InvalidFile):
        json_validation.load(json.dumps({"version": 1, **entries, "key 9": "a"}).encode())


def test_a_full_history_with_the_longest_notes_is_read():
    """Each character of its notes is escaped in JSON as `\\"`, which ends no text."""
    one = json.dumps(entry(note='"' * NOTE_MAX_LENGTH, event="other", event_words="," * 80))
    data = f'{{"version": 1, "assessments": [{", ".join([one] * MAX_ASSESSMENTS)}]}}'.encode()
    assert len(json_validation.load(data)["assessments"]) == MAX_ASSESSMENTS


def test_a_text_of_commas_and_brackets_is_one_value(owner, monkeypatch):
    monkeypatch.setattr(json_validation, "MAX_VALUES", 20)
    note = '\\"[{,'.ljust(NOTE_MAX_LENGTH, ",")
    assert send(owner, document(entry(note=note))).status_code == 302
    assert Assessment.objects.get().note == note


def test_a_text_without_end_is_read_once(owner):
    """It isn't scanned again from each quotation mark in it, which would take hours."""
    assert send(owner, b'{"version": "' + rb"\"" * 2_000_000).status_code == 422


# --- Exports in constant memory -----------------------------------------------------------------


@pytest.mark.parametrize("path", [JSON, CSV])
def test_an_export_of_many_pages_has_each_result_once_and_in_order(owner, user, monkeypatch, path):
    fill(user, 5)
    whole = owner.get(path).getvalue()
    for size in (1, 2, 5, 6):
        monkeypatch.setattr(data_export, "PAGE_SIZE", size)
        assert owner.get(path).getvalue() == whole
    assert all(str(mine.id).encode() in whole for mine in Assessment.objects.all())


def test_the_json_is_laid_out_as_a_whole_would_be(owner, user):
    empty = owner.get(JSON).getvalue().decode()
    assert empty == json.dumps(json.loads(empty), ensure_ascii=False, indent=2)
    for note in ("two\nlines\r\nand \u2028 and \x85", "é"):
        make_assessment(user, note=note)
    whole = owner.get(JSON).getvalue().decode()
    assert whole == json.dumps(json.loads(whole), ensure_ascii=False, indent=2)


@pytest.mark.parametrize("path", [JSON, CSV])
def test_an_export_is_never_in_memory_as_a_whole(owner, user, monkeypatch, path):
    monkeypatch.setattr(data_export, "PAGE_SIZE", 100)
    fill(user, 2_000, "n" * NOTE_MAX_LENGTH)
    owner.get("/history/")  # warm up: whatever is created only once
    tracemalloc.start()
    try:
        response = owner.get(path)
        tracemalloc.reset_peak()
        begin, _peak = tracemalloc.get_traced_memory()
        size = sum(map(len, response))
        _end, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert size > 2_000 * NOTE_MAX_LENGTH
    assert peak - begin < size / 3
