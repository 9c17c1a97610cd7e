import csv
import io
import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from allauth.socialaccount.models import SocialAccount
from django.db import connection
from hypothesis import example, given
from hypothesis import strategies as st

from purposeapp.import_export import exporting
from purposeapp.import_export.csv_table import escape_formulas, unescape_formulas
from purposeapp.import_export.deserialization import read_document
from purposeapp.models import Assessment, User
from purposeapp.models.talk_answer import TalkKind, TalkSide
from purposeapp.split import Purpose, Split
from tests.support.make import NOON, make_assessment, make_goal, make_reminder, make_user
from tests.support.rooms import make_room
from tests.support.talks import GUESTS, INVITERS, LABEL, make_talk

JSON, CSV = PATHS = ["/history/export.json", "/history/export.csv"]
KEYS = ["id", "taken_at", *Purpose.values, "note", "event", "event_words", "taken_on"]
COLUMNS = [*KEYS, "date"]
NOTE, WORDS = COLUMNS.index("note"), COLUMNS.index("event_words")
AWKWARD = 'Zwölf "Boxkämpfer",\r\njagen; Viktor\n😀\x01\x7f\u2028\x0b'


@pytest.fixture
def three(user):
    """Three assessments, oldest first, but stored in another order."""
    made = [
        make_assessment(user, split, taken_at=NOON + timedelta(days=day), note=note)
        for day, split, note in [
            (2, "2-2-0-6-0", AWKWARD),
            (0, "6-2-2-0-0", ""),
            (1, "0-0-0-0-10", "note 1"),
        ]
    ]
    return [made[1], made[2], made[0]]


def rows(response) -> list[list[str]]:
    text = response.content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def test_the_json_holds_everything_oldest_first(owner, user, three):
    make_assessment(make_user("other@example.org"), note="not mine")
    response = owner.get(JSON)
    assert response["Content-Type"] == "application/json"
    assert response["Content-Disposition"] == 'attachment; filename="five-purposes.json"'
    assert response.json() == {
        "version": 1,
        "assessments": [
            {
                "id": str(assessment.id),
                "taken_at": f"2026-03-0{day}T12:00:00.000000Z",
                "business_driven": assessment.business_driven,
                "community_spirit": assessment.community_spirit,
                "learning_sponge": assessment.learning_sponge,
                "job_seeking": assessment.job_seeking,
                "vanity_project": assessment.vanity_project,
                "note": assessment.note,
                "event": "",
                "event_words": "",
                "taken_on": None,
            }
            for day, assessment in enumerate(three, start=1)
        ],
        "goals": [],
        "ticks": [],
        "reminder": None,
        "seeks_as": "",
        "time_zone": "",
        "talks": [],
        "rooms": [],
        "left_out": False,
        "account": {
            "email": user.email,
            "joined_at": response.json()["account"]["joined_at"],
            "last_signed_in_at": response.json()["account"]["last_signed_in_at"],
            "browser_time_zone": "",
            "linkedin": [],
        },
    }
    assert list(response.json()["assessments"][0]) == KEYS


@pytest.mark.parametrize(
    ("rhythm", "due_on"), [("off", None), ("every_6_months", "2027-03-01"), ("on_change", None)]
)
def test_the_json_says_when_they_are_reminded(owner, stranger, user, rhythm, due_on):
    make_reminder(user, rhythm, due_on=due_on)
    assert owner.get(JSON).json()["reminder"] == {"rhythm": rhythm, "due_on": due_on}
    assert stranger.get(JSON).json()["reminder"] is None


def test_the_json_holds_the_account_and_no_secret(owner, user, stranger):
    for person, uid in ((user, "abc"), (User.objects.get(email="stranger@example.org"), "def")):
        SocialAccount.objects.create(
            user=person, provider="linkedin", uid=uid, extra_data={"name": "Ada", "email": None}
        )
    User.objects.filter(pk=user.pk).update(
        browser_time_zone="Europe/London", date_joined=NOON, last_login=NOON + timedelta(days=1)
    )
    response = owner.get(JSON)
    assert response.json()["account"] == {
        "email": user.email,
        "joined_at": "2026-03-01T12:00:00.000000Z",
        "last_signed_in_at": "2026-03-02T12:00:00.000000Z",
        "browser_time_zone": "Europe/London",
        "linkedin": [{"id": "abc", "name": "Ada", "email": None}],
    }
    assert user.password not in response.content.decode()
    assert owner.session.session_key not in response.content.decode()


def test_an_import_leaves_the_account_as_it_is(owner, user, stranger):
    make_assessment(user)
    file = io.BytesIO(owner.get(JSON).content)
    file.name = "five-purposes.json"
    before = User.objects.values().get(email="stranger@example.org")
    assert stranger.post("/history/import/", {"file": file}).status_code == 302
    assert User.objects.values().get(email="stranger@example.org") == before
    assert Assessment.objects.filter(user_id=before["id"]).count() == 1


def test_the_json_says_on_which_side_of_job_seeking_the_person_is(owner, user):
    type(user).objects.filter(pk=user.pk).update(side="employer")
    assert owner.get(JSON).json()["seeks_as"] == "employer"


def test_the_json_holds_ones_own_side_of_each_talk_and_nothing_of_the_other(owner, user, stranger):
    guest = User.objects.get(email="stranger@example.org")
    talk = make_talk(user, "open", guest=guest).talk
    for side in TalkSide:
        talk.write(side, f"By the {side}.")
    for client, side, told, own in (
        (owner, "inviter", INVITERS, {"label": LABEL, "name": "Anna"}),
        (stranger, "guest", GUESTS, {}),
    ):
        response = client.get(JSON)
        (exported,) = response.json()["talks"]
        assert exported == {
            "id": str(talk.id),
            "side": side,
            "made_at": exported["made_at"],
            "note": f"By the {side}.",
            "started_at": exported["started_at"],
            "agreed_at": exported["agreed_at"],
            **{kind.value: Split.parse(split).as_dict() for kind, split in told.items()},
            **own,
        }
        assert response.content.decode().count("By the ") == 1
        assert ("Anna" in response.content.decode()) == (side == "inviter")
        assert exported["made_at"] < exported["started_at"] < exported["agreed_at"]


def test_the_csv_holds_the_same_under_a_header(owner, three):
    make_assessment(make_user("other@example.org"), note="not mine")
    response = owner.get(CSV)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="five-purposes.csv"'
    header, *table = rows(response)
    assert header == COLUMNS
    assert [dict(zip(header, row, strict=True)) for row in table] == [
        {
            **{key: "" if value is None else str(value) for key, value in entry.items()},
            "date": entry["taken_at"][:10],
        }
        for entry in owner.get(JSON).json()["assessments"]
    ]
    assert table[-1][NOTE] == AWKWARD


def test_excel_is_told_that_the_csv_is_utf_8(owner, three):
    assert owner.get(CSV).content.startswith(b"\xef\xbb\xbfid,")


def test_the_csv_is_as_rfc_4180_has_it(owner, user):
    assessment = make_assessment(user, "6-2-2-0-0", taken_at=NOON, note='say "hi", then\ngo')
    assert owner.get(CSV).content.decode("utf-8-sig") == (
        "id,taken_at,business_driven,community_spirit,learning_sponge,job_seeking,"
        "vanity_project,note,event,event_words,taken_on,date\r\n"
        f"{assessment.id},2026-03-01T12:00:00.000000Z,6,2,2,0,0,"
        '"say ""hi"", then\ngo",,,,2026-03-01\r\n'
    )


def test_the_json_holds_the_pictures_of_ones_rooms_and_no_answer(owner, stranger, user):
    make_room(user, "ended")
    make_room(user, answers=4)
    revealed, still_open = owner.get(JSON).json()["rooms"]
    assert (revealed["title"], revealed["asks_future"]) == ("Our team", True)
    assert revealed["made_at"] <= revealed["opened_at"]
    assert [(each["round"], each["kind"], each["answers"]) for each in revealed["pictures"]] == [
        (1, "now", 6),
        (1, "future", 6),
    ]
    assert revealed["pictures"][0]["rows"]["job_seeking"] == {"tenths": 17}
    assert still_open["pictures"] == []
    assert stranger.get(JSON).json()["rooms"] == []


def test_without_assessments_it_is_an_export_all_the_same(owner):
    nothing = {"assessments": [], "goals": [], "ticks": [], "reminder": None, "seeks_as": ""}
    exported = owner.get(JSON).json()
    assert exported.pop("account")["email"] == "owner@example.org"
    assert exported == {
        "version": 1,
        **nothing,
        "time_zone": "",
        "talks": [],
        "rooms": [],
        "left_out": False,
    }
    assert rows(owner.get(CSV)) == [COLUMNS]


def test_both_say_what_happened(owner, user):
    make_assessment(user, taken_at=NOON, event="redundancy")
    make_assessment(user, event="other", event_words="Moved to Oslo")
    told = [("redundancy", ""), ("other", "Moved to Oslo")]
    entries = owner.get(JSON).json()["assessments"]
    assert [(entry["event"], entry["event_words"]) for entry in entries] == told
    assert [(row[WORDS - 1], row[WORDS]) for row in rows(owner.get(CSV))[1:]] == told


def test_the_json_has_the_goals_oldest_first(owner, user):
    make_goal(user, "0-10-0-0-0", set_at=NOON + timedelta(days=1), wanted_by=date(2027, 5, 1))
    make_goal(user, "4-3-3-0-0", set_at=NOON, ended_at=NOON + timedelta(days=1))
    make_goal(make_user("other@example.org"), "0-0-0-0-10")
    assert owner.get(JSON).json()["goals"] == [
        {
            **dict(zip(Purpose.values, points, strict=True)),
            "wanted_by": wanted_by,
            "set_at": f"2026-03-0{day}T12:00:00.000000Z",
            "ended_at": ended_at,
        }
        for day, points, wanted_by, ended_at in [
            (1, [4, 3, 3, 0, 0], None, "2026-03-02T12:00:00.000000Z"),
            (2, [0, 10, 0, 0, 0], "2027-05-01", None),
        ]
    ]


FORMULAS = [
    "=1+1",
    "+49 30 123",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\tplain",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u00a0=1+1",
    "\ufeff=1+1",
    "\x01=1+1",
    '"=1+1"',
    "'=1+1",
    "\uff1d1+1",
    '=HYPERLINK("https://evil.example","x")',
]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_spreadsheet_would_run_stays_text_in_the_csv(owner, user, text):
    make_assessment(user, note=text, event="other", event_words=text)
    row = rows(owner.get(CSV))[1]
    assert row[NOTE] == row[WORDS] == escape_formulas(text)
    assert row[NOTE].startswith("'")
    (entry,) = owner.get(JSON).json()["assessments"]
    assert (entry["note"], entry["event_words"]) == (text, text)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a;=1+1", "a;'=1+1"),
        ('a; "=1+1";b', 'a;\' "=1+1";b'),
        ("a,@x,b", "a,'@x,b"),
        ("a\t-1", "a\t'-1"),
        ("- one\r\n- two", "'- one\r\n'- two"),
        ("\n\n=1", "'\n\n'=1"),
        ("'=1;'=1", "''=1;''=1"),
    ],
)
def test_a_formula_is_escaped_also_where_another_delimiter_would_begin_a_cell(text, escaped):
    assert escape_formulas(text) == escaped
    assert unescape_formulas(escaped) == text


@pytest.mark.parametrize(
    "note", ["", "1+1=2", "a@example.org", "“quoted”", "'twas", "so - so", "one\n\ntwo; three"]
)
def test_any_other_note_stays_as_it_is(note):
    assert escape_formulas(note) == note


SKIPPED = ' \u00a0"\ufeff\x01\x0b\x0c\x1c\x1d\x1e\x1f'
SPREADSHEETS = st.text(f"=+-@\t\r\n;,'a\uff1d{SKIPPED}") | st.text()
VERTICAL_TABS = "\x0b" * 5_000


@given(SPREADSHEETS)
@example(f"a,{VERTICAL_TABS}x")
@example(f"a,'{VERTICAL_TABS}x")
@example(f"{VERTICAL_TABS}=1")
def test_what_was_escaped_can_be_read_again_exactly_and_no_cell_is_a_formula(note):
    escaped = escape_formulas(note)
    assert unescape_formulas(escaped) == note
    for cell in re.split("[,;\t\r\n]", escaped):
        assert cell.lstrip(SKIPPED)[:1] not in ("=", "+", "-", "@", "\uff1d")
    assert escaped[:1] not in ("\t", "\r", "\n")


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80)


@given(
    note=TEXTS | st.text("=+-@ \t\r\n;,'\"a", max_size=80),
    words=TEXTS.filter(str.strip) | st.just(""),
    split=st.sampled_from(list(Split.all())),
    taken_at=st.datetimes(datetime(2003, 5, 6), datetime(2026, 1, 1), timezones=st.just(UTC)),
)
def test_what_a_file_takes_away_it_brings_back(note, words, split, taken_at):
    event = "other" if words else "study"
    stored = {"note": note.replace("\r\n", "\n"), "event_words": " ".join(words.split())}
    assessment = Assessment(
        note=note, event=event, event_words=words, taken_at=taken_at, **split.as_dict()
    )
    for text in map("".join, (exporting.to_csv([assessment]), exporting.to_json([assessment]))):
        (only,) = read_document(text.encode()).assessments.values()
        for name in KEYS:
            assert getattr(only, name) == stored.get(name, getattr(assessment, name))


@given(
    note=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    taken_at=st.datetimes(timezones=st.just(UTC)),
)
def test_no_text_and_no_moment_breaks_a_file(note, taken_at):
    assessment = Assessment(business_driven=10, note=note, taken_at=taken_at, **NO_POINTS)
    document = json.loads("".join(exporting.to_json([assessment], [], [])).encode())
    assert document["assessments"][0]["note"] == note
    stored = document["assessments"][0]["taken_at"]
    assert (len(stored), datetime.fromisoformat(stored)) == (27, taken_at)
    text = "".join(exporting.to_csv([assessment])).encode().decode("utf-8-sig")
    _, row = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert row[NOTE] == escape_formulas(note)


NO_POINTS = dict.fromkeys(Purpose.values[1:], 0)


@pytest.mark.parametrize(("path", "queries"), [(JSON, 8), (CSV, 2)])
def test_it_costs_the_same_number_of_queries_at_one_and_at_three(
    owner, user, path, queries, django_assert_num_queries
):
    make_assessment(user)
    make_goal(user)
    with django_assert_num_queries(queries):
        owner.get(path)
    for _ in range(2):
        make_assessment(user)
        make_goal(user, set_at=NOON, ended_at=NOON)
    with django_assert_num_queries(queries):
        owner.get(path)


@pytest.mark.parametrize("path", PATHS)
def test_a_stranger_takes_away_nothing_of_others(stranger, three, path):
    response = stranger.get(path)
    assert response.status_code == 200
    assert b"note 1" not in response.content


def test_the_history_links_to_both(owner, three):
    page = owner.get("/history/").content.decode()
    for path in PATHS:
        assert f'href="{path}"' in page


@pytest.mark.parametrize("scan", ["seqscan", "indexscan"])
def test_the_answers_of_a_talk_have_a_fixed_order_whatever_the_plan(owner, user, scan):
    make_talk(user, "answered")
    with connection.cursor() as cursor:
        for each in ("seqscan", "indexscan", "bitmapscan"):
            cursor.execute(f"SET LOCAL enable_{each} = {'on' if each == scan else 'off'}")
    keys = owner.get("/history/export.json").json()["talks"][0]
    assert [key for key in keys if key in TalkKind.values] == TalkKind.values
