"""Parsing an import document: all of it, or a rejection with the place and reason. No database."""

import json
import tracemalloc
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from purposeapp.import_export import csv_table, exporting, json_validation
from purposeapp.import_export.deserialization import (
    BEFORE_SET_AT,
    IN_THE_FUTURE,
    NOT_A_TIMESTAMP,
    NOT_OURS,
    OTHER_POINTS_IN_FILE,
    SECOND_OPEN,
    TOO_EARLY,
    TOO_FAR_AHEAD,
    WORDS_BESIDE_AN_EVENT,
    WORDS_MISSING,
    Document,
    read_document,
)
from purposeapp.import_export.json_validation import InvalidFile
from purposeapp.models import LifeEvent
from purposeapp.models.assessment import EARLIEST
from tests.support.exports import ID, document, entry, goal_entry, table
from tests.support.make import NOON


def document_or_refusal(data: bytes) -> Document | str:
    """Return the content of a file, or why it is rejected, as the page says it."""
    try:
        return read_document(data)
    except InvalidFile as refused:
        (reason,) = refused.messages
        return reason.encode().decode()


# --- Entries ----------------------------------------------------------------------------------

SOON = (timezone.now() + timedelta(hours=1)).isoformat()
NO_NUL = "Null characters are not allowed."
NOT_AN_EVENT = json_validation.NOT_A_CHOICE % {
    "values": ", ".join(f'"{event}"' for event in ["", *LifeEvent.values])
}
NO_POINTS = [None, False, True, 6.0, "6", -1, 11, [6], {}, 10**17, 10**400, float("1e300")]

BAD_VALUES = [
    ("id", json_validation.NOT_A_UUID, [None, 7, "", [ID], ID + "\0", ID + "0", "\ud800"]),
    ("id", json_validation.NOT_A_UUID, [f"{{{ID}}}", f"urn:uuid:{ID}", ID.replace("-", "")]),
    ("id", json_validation.NOT_A_UUID, ["\N{ARABIC-INDIC DIGIT ONE}" + ID[1:], f" {ID}"]),
    ("business_driven", json_validation.NOT_A_NUMBER % {"most": 10}, NO_POINTS),
    ("taken_at", NOT_A_TIMESTAMP, [None, True, 1767225600, [], "", "\ud800"]),
    (
        "taken_at",
        NOT_A_TIMESTAMP,
        ["yesterday", "2026-03-01", "2026-03-01T12:00:00"],
    ),
    ("taken_at", NOT_A_TIMESTAMP, ["2026-02-30T12:00:00Z", "0000-03-01T12:00:00Z"]),
    (
        "taken_at",
        NOT_A_TIMESTAMP,
        ["2026-03-01T12:00:60Z", "2026-03-01T12:00:00+24:00"],
    ),
    (
        "taken_at",
        NOT_A_TIMESTAMP,
        ["2026-03-01T12:00:00Z\n", "2026-03-01T12:00:00Z\0"],
    ),
    (
        "taken_at",
        TOO_EARLY,
        ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00-14:00"],
    ),
    ("taken_at", TOO_EARLY, ["0001-01-01T00:00:00Z", "2003-05-04T23:59:59Z"]),
    ("taken_at", IN_THE_FUTURE, ["9999-12-31T23:59:59-23:59", SOON]),
    ("note", json_validation.NOT_TEXT, [None, 7, [], "a\ud800b"]),
    ("note", NO_NUL, ["a\0b"]),
    ("note", "Ensure this value has at most 2000 characters (it has 2001).", ["x" * 2001]),
    ("event", json_validation.NOT_TEXT, [None, 7, [], {}]),
    ("event", NOT_AN_EVENT, ["wedding", "New job", "other\0"]),
    ("event_words", WORDS_BESIDE_AN_EVENT, ["Moved"]),
    ("event_words", json_validation.NOT_TEXT, [None, 7, "a\ud800b"]),
    ("event_words", NO_NUL, ["a\0b"]),
    ("event_words", "Ensure this value has at most 80 characters (it has 81).", ["x" * 81]),
]
BAD_ASSESSMENTS = [
    *(
        (entry(**{key: bad}), f"“{key}”: {why}")
        for key, why, values in BAD_VALUES
        for bad in values
    ),
    *(
        (entry(event="other", event_words=words), f"“event_words”: {WORDS_MISSING}")
        for words in ["", " \t"]
    ),
    (entry(vanity_project=1), "You have used 11 of 10 points. Take 1 away."),
    (entry(business_driven=0), "You have used 4 of 10 points. Add 6 more."),
    (entry(business_driven=2, community_spirit=6), OTHER_POINTS_IN_FILE),
]
BAD_GOAL_VALUES = [
    ("business_driven", json_validation.NOT_A_NUMBER % {"most": 10}, ["4", True]),
    ("set_at", NOT_A_TIMESTAMP, [None, 7, "", "2026-03-01"]),
    ("set_at", IN_THE_FUTURE, [SOON]),
    ("ended_at", NOT_A_TIMESTAMP, [False, 7, "", "2026-03-01"]),
    ("ended_at", TOO_EARLY, ["2003-05-04T23:59:59Z"]),
    ("ended_at", BEFORE_SET_AT, ["2026-03-01T11:59:59Z"]),
    (
        "wanted_by",
        json_validation.NOT_A_DAY,
        [7, False, [], "", "soon", "2027-02-30", "x\0", "\ud800"],
    ),
]
WITHIN = TOO_FAR_AHEAD % {"years": 20}
BAD_GOAL_VALUES += [
    ("wanted_by", BEFORE_SET_AT, ["0001-01-01", "2026-02-27"]),
    ("wanted_by", WITHIN, ["2046-03-03", "9999-12-31"]),
]
BAD_GOALS = [
    *(
        (goal_entry(**{key: bad}), f"“{key}”: {why}")
        for key, why, values in BAD_GOAL_VALUES
        for bad in values
    ),
    (goal_entry(vanity_project=1), "You have used 11 of 10 points. Take 1 away."),
    (goal_entry(set_at="2026-03-02T12:00:00Z"), SECOND_OPEN),
]


def without(values: dict, key: str) -> dict:
    return {name: value for name, value in values.items() if name != key}


@pytest.mark.parametrize(("bad", "reason"), BAD_ASSESSMENTS)
def test_a_bad_assessment_is_named_with_its_reason(bad, reason):
    assert document_or_refusal(document(entry(), bad)) == f"Entry 2: {reason}"


@pytest.mark.parametrize(("bad", "reason"), BAD_GOALS)
def test_a_bad_goal_is_named_with_its_reason(bad, reason):
    data = document(entry(), goals=[goal_entry(), bad])
    assert document_or_refusal(data) == f"Goal 2: {reason}"


@pytest.mark.parametrize("day", ["2026-02-28", "2026-03-01", "2046-03-02"])
def test_a_goal_may_have_any_day_that_its_form_took_when_it_was_set(day):
    (goal,) = read_document(document(goals=[goal_entry(wanted_by=day)])).goals
    assert goal.wanted_by.isoformat() == day


def test_a_text_is_read_as_a_form_would_store_it():
    texts = {
        "note": "one\r\ntwo\n three ",
        "event": "other",
        "event_words": " New\r\n\x0bjob\u2028 ",
    }
    for data in (document(entry(**texts)), table(entry(**texts))):
        (assessment,) = read_document(data).assessments.values()
        assert assessment.note == "one\ntwo\n three "
        assert assessment.event_words == "New job"


def test_a_note_of_many_lines_is_as_long_as_a_form_counts_it():
    note = "\r\n" * 2_000
    (assessment,) = read_document(document(entry(note=note))).assessments.values()
    assert assessment.note == "\n" * 2_000


@pytest.mark.parametrize("bad", [None, 1, "x", [], True])
def test_an_entry_that_is_no_object_is_refused(bad):
    assert document_or_refusal(document(bad)) == f"Entry 1: {json_validation.NOT_AN_OBJECT}"
    assert document_or_refusal(document(goals=[bad])) == f"Goal 1: {json_validation.NOT_AN_OBJECT}"


@pytest.mark.parametrize("key", exporting.KEYS[:-3])
def test_an_assessment_without_one_of_the_first_keys_is_refused(key):
    bad = without(entry(), key)
    assert document_or_refusal(document(bad)) == f"Entry 1: “{key}” is missing."


@pytest.mark.parametrize("key", list(goal_entry()))
def test_a_goal_without_one_of_its_keys_is_refused(key):
    data = document(goals=[without(goal_entry(), key)])
    assert document_or_refusal(data) == f"Goal 1: “{key}” is missing."


@pytest.mark.parametrize("key", ["id", "business_driven", "note", "wanted_by", "ended_at"])
def test_a_key_that_stands_twice_in_an_entry_is_refused(key):
    data = document(entry(), goals=[goal_entry()])
    data = data.replace(f'"{key}"'.encode(), f'"{key}": null, "{key}"'.encode())
    assert f" 1: “{key}”: This must be" in document_or_refusal(data)


def test_the_same_twice_counts_once():
    entries = [entry(note="first"), entry(note="second"), entry(id=ID.upper())]
    found = read_document(document(*entries, goals=[goal_entry(), goal_entry()]))
    (assessment,), (goal,) = found.assessments.values(), found.goals
    assert (assessment.id, assessment.note) == (UUID(ID), "first")
    assert goal.set_at == NOON


@pytest.mark.parametrize(
    "taken_at",
    [
        "2026-03-01T12:00:00Z",
        "2026-03-01T12:00:00.0Z",
        "2026-03-01T13:30:00.000000+01:30",
        "2026-03-01T00:00:00-12:00",
    ],
)
def test_a_timestamp_may_have_any_offset(taken_at):
    (only,) = read_document(document(entry(taken_at=taken_at))).assessments.values()
    assert (only.taken_at, only.taken_at.tzinfo) == (NOON, UTC)


def test_more_keys_and_a_byte_order_mark_do_no_harm():
    more = entry(mood="good", deep=[[[{}]]], huge=10**17)
    data = json.dumps({"made_by": "me", "version": 1, "assessments": [more], "x": 1.5})
    data = data.replace(str(10**17), "9" * 5_000).replace("1.5", "1e400")
    assert len(read_document(b"\xef\xbb\xbf" + data.encode())) == 1


# --- Files ------------------------------------------------------------------------------------

NOT_UTF_8, NOT_JSON = json_validation.NOT_UTF_8, json_validation.NOT_JSON
NOT_AN_EXPORT, UNKNOWN_VERSION = json_validation.NOT_AN_EXPORT, json_validation.UNKNOWN_VERSION
BAD_FILES = [
    (b"hello", NOT_OURS),
    (document(entry())[:-2] + b"\n", f"Line 2: {NOT_JSON}"),
    (b"{}\n{}", f"Line 2: {NOT_JSON}"),
    (b"id,date\r\n", NOT_OURS),
    (b'{"version": 1,\n\0"assessments": []}', f"Line 2: {NOT_JSON}"),
    ('{\n"n": "Zwölf"}'.encode("latin-1"), f"Line 2: {NOT_UTF_8}"),
    (document().decode().encode("utf-16"), f"Line 1: {NOT_UTF_8}"),
    (b'"\xed\xa0\x80"', f"Line 1: {NOT_UTF_8}"),  # half of a surrogate pair
    (b'{"version": 1, "assessments": [NaN]}', json_validation.NOT_FINITE),
    (b'{"version": 1, "x": -Infinity, "assessments": []}', json_validation.NOT_FINITE),
    (b"[" * 100_000, json_validation.TOO_DEEP),
    (b'{"a":' * 100_000, json_validation.TOO_DEEP),
    (b"[]", NOT_AN_EXPORT),
    (b"1", NOT_AN_EXPORT),
    (b"null", NOT_AN_EXPORT),
    (b'{"version": 1}', NOT_AN_EXPORT),
    (b'{"version": 1, "assessments": {}}', NOT_AN_EXPORT),
    (b'{"version": 1, "assessments": [], "goals": null}', NOT_AN_EXPORT),
    (b'{"version": 1, "assessments": [], "assessments": []}', NOT_AN_EXPORT),
    (b'{"assessments": []}', UNKNOWN_VERSION),
    *(
        (b'{"version": %b, "assessments": []}' % version, UNKNOWN_VERSION)
        for version in [b"2", b"0", b"1.0", b"true", b'"1"', b"null", b"1" * 5_000]
    ),
]


@pytest.mark.parametrize(("data", "reason"), BAD_FILES, ids=lambda value: str(value)[:30])
def test_a_bad_file_is_refused_with_the_line_and_the_reason(data, reason):
    assert document_or_refusal(data) == reason


# --- CSV --------------------------------------------------------------------------------------

EVENT = {"event": "other", "event_words": "Moved; far"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_read_as_a_spreadsheet_saves_it(delimiter):
    data = table(entry(**EVENT, note='a;\'=1\n"b"'), delimiter=delimiter)
    rows = data.replace(b",6,", b", 6 ,") + delimiter.encode() * 9 + b"\r\n"
    document = read_document(rows)
    assert list(document.assessments) == [2]
    (only,) = document.assessments.values()
    assert (str(only.split), only.event, only.event_words) == ("6-2-2-0-0", "other", "Moved; far")
    assert only.note == 'a;=1\n"b"'
    assert (only.id, only.taken_at, document.goals) == (UUID(ID), NOON, [])


def test_columns_may_be_moved_added_and_left_out_where_older_exports_lack_them():
    values = {"mood": "good", **dict(reversed(entry().items())), "date": "nonsense"}
    (only,) = read_document(table(values)).assessments.values()
    assert (str(only.split), only.note, only.event) == ("6-2-2-0-0", "n", "")


def test_a_table_without_rows_is_an_export_of_nothing():
    assert len(read_document("".join(exporting.to_csv([])).encode())) == 0


HEAD = ",".join(entry())
BAD_TABLES = [
    *(
        (table(entry(), entry(**{key: str(bad)})), f"Row 3: “{key}”: {why}")
        for key, why, bad in [
            ("id", json_validation.NOT_A_UUID, "7"),
            ("taken_at", NOT_A_TIMESTAMP, "01.03.2026 12:00"),
            ("taken_at", IN_THE_FUTURE, SOON),
            ("business_driven", json_validation.NOT_A_NUMBER % {"most": 10}, "6.0"),
            ("business_driven", json_validation.NOT_A_NUMBER % {"most": 10}, ""),
            ("business_driven", json_validation.NOT_A_NUMBER % {"most": 10}, "٦"),
            ("business_driven", json_validation.NOT_A_NUMBER % {"most": 10}, "9" * 5_000),
        ]
    ),
    (table(entry(), entry(vanity_project=1)), "Row 3: You have used 11 of 10 points. Take 1 away."),
    (table(without(entry(), "note")), "Row 2: “note” is missing."),
    (table(entry(event="wedding")), f"Row 2: “event”: {NOT_AN_EVENT}"),
    (f"{HEAD},id\n".encode(), f"Row 1: {csv_table.COLUMN_TWICE}"),
    (f"{HEAD}\n1,2\n".encode(), "Row 2: This row has 2 cells, and the first row has 8."),
    (f'{HEAD}\n"a"b,\n'.encode(), f"Line 2: {csv_table.NOT_CSV}"),
    (f'{HEAD}\n\n"a\n\n'.encode(), f"Line 4: {csv_table.NOT_CSV}"),
    (f'{HEAD}\n"{"x" * 200_000}"'.encode(), f"Line 2: {csv_table.TOO_LONG}"),
    (f"{HEAD}{',' * 200_000}".encode(), f"Line 1: {csv_table.TOO_LONG}"),
    (f"{table(entry()).decode()}{',' * 200_000}".encode(), f"Line 3: {csv_table.TOO_LONG}"),
    (f"{HEAD}\n".encode() + b'"\n",' * 50_000, f"Line 2: {csv_table.TOO_LONG}"),
    (f"{HEAD}\nZwölf".encode("latin-1"), f"Line 2: {NOT_UTF_8}"),
]


@pytest.mark.parametrize(("data", "reason"), BAD_TABLES, ids=lambda value: str(value)[:30])
def test_a_bad_table_is_refused_with_the_row_and_the_reason(data, reason):
    assert document_or_refusal(data) == reason


def test_a_row_is_too_long_before_it_is_a_list_and_takes_little_memory():
    tracemalloc.start()
    try:
        assert document_or_refusal(b"taken_at" + b"," * 20 * 2**20) == (
            f"Line 1: {csv_table.TOO_LONG}"
        )
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100 * 2**20  # a list of them would take eight bytes for each


@given(st.text() | st.text(",;\t\"'\r\n06a"), st.sampled_from([",", ";"]))
def test_any_table_is_refused_with_a_reason_or_empty(rows, delimiter):
    found = document_or_refusal(f"{HEAD.replace(',', delimiter)}\r\n{rows}".encode())
    assert isinstance(found, str) or len(found) == 0


# --- Thousands of hostile files ---------------------------------------------------------------

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


@given(st.binary() | VALUES.map(lambda value: json.dumps(value).encode()))
def test_anything_is_refused_with_a_reason(data):
    assert isinstance(document_or_refusal(data), str)


@given(st.dictionaries(st.sampled_from(exporting.KEYS), VALUES, min_size=1))
def test_any_change_of_an_entry_is_refused_or_a_good_one(change):
    match document_or_refusal(document(entry(**change))):
        case Document(assessments={1: only}):
            assert sum(only.split) == 10
            assert only.note == change.get("note", "n")
        case refusal:
            assert refusal.startswith("Entry 1: ")


@given(st.dictionaries(st.sampled_from(list(goal_entry())), VALUES, min_size=1))
def test_any_change_of_a_goal_is_refused_or_a_good_one(change):
    match document_or_refusal(document(goals=[goal_entry(**change)])):
        case Document(goals=[only]):
            assert sum(only.split) == 10
            assert only.ended_at is None or only.ended_at >= only.set_at
        case refusal:
            assert refusal.startswith("Goal 1: ")


@given(st.datetimes(), st.timedeltas(timedelta(hours=-23), timedelta(hours=23)))
def test_any_timestamp_is_refused_or_one_that_was(time, offset):
    minutes = abs(offset) // timedelta(minutes=1)
    sign = "-" if offset < timedelta(0) else "+"
    taken_at = f"{time.isoformat()}{sign}{minutes // 60:02}:{minutes % 60:02}"
    match document_or_refusal(document(entry(taken_at=taken_at))):
        case Document(assessments={1: only}):
            assert only.taken_at == datetime.fromisoformat(taken_at)
            assert EARLIEST <= only.taken_at <= timezone.now()
        case refusal:
            outside = [TOO_EARLY, IN_THE_FUTURE]
            assert refusal in [f"Entry 1: “taken_at”: {reason}" for reason in outside]
