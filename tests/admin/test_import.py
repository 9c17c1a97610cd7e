"""Export and import of all tips in the admin: a diff first, then all changes or none."""

import json
import sys

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile

from purposeapp.admin.import_export import CHANGED_SINCE, WAITING
from purposeapp.advice.fit import Audience, Direction
from purposeapp.advice.markdown import BAD_LINK, NO_HTML, NO_LINK, TOO_MUCH
from purposeapp.forms import FILE_TOO_LARGE, MAX_TIPS_FILE_MB
from purposeapp.import_export import json_validation, tips_file
from purposeapp.import_export.json_validation import InvalidFile
from purposeapp.models import Tip
from purposeapp.models.visible_text import INVISIBLE_CHARACTER
from purposeapp.split import Purpose
from tests.support.make import make_assessment, make_editor, make_tip, make_user
from tests.support.pages import said

EXPORT = "/admin/purposeapp/tip/export/"
IMPORT = "/admin/purposeapp/tip/import/"
DIFFERENCE = "/admin/purposeapp/tip/import/difference/"


def entry(**extra) -> dict:
    """Return a tip as in an exported file, with these changes."""
    return {
        "key": "new-one",
        "purpose": "vanity_project",
        "audience": "everyone",
        "points_from": 1,
        "points_to": 10,
        "direction": "any",
        "position": 10,
        "state": "draft",
        "published_from": None,
        "text": ["Be *seen*.", "", "- Once", "- Twice"],
        **extra,
    }


def document(*entries) -> bytes:
    return json.dumps({"version": 1, "tips": entries}).encode()


def stored() -> bytes:
    return tips_file.to_json(Tip.objects.by_purpose()).encode()


def send(client, data: bytes, **extra):
    return client.post(IMPORT, {"file": SimpleUploadedFile("tips.json", data), **extra})


def compare(client, data: bytes, **extra):
    """Upload a file, and return the page with the changes that it would make."""
    response = send(client, data, **extra)
    assert (response.status_code, response.url) == (302, DIFFERENCE)
    return client.get(DIFFERENCE).context["comparison"]


def agree(client, comparison):
    return client.post(DIFFERENCE, {"fingerprint": comparison.fingerprint}, follow=True)


# --- Export -----------------------------------------------------------------------------------


def test_a_file_has_one_field_and_one_line_of_text_on_each_line(editor):
    Tip.objects.all().delete()
    make_tip("vanity_project", "Later.", key="b", position=20)
    make_tip("vanity_project", "Grüße.\n\n- *One*\n- Two", key="a", position=20)
    make_tip(text="First.", state="archived")
    response = editor.get(EXPORT)
    disposition = 'attachment; filename="five-purposes-tips.json"'
    assert response["Content-Disposition"] == disposition
    assert response["Content-Type"] == "application/json"
    text = response.content.decode()
    assert [found["key"] for found in json.loads(text)["tips"]] == ["first", "a", "b"]
    assert text.endswith("}\n")
    lines = text.splitlines()
    assert '      "key": "a",' in lines
    assert '        "Grüße.",' in lines
    assert '        "- *One*",' in lines


def test_what_goes_out_comes_back_without_a_difference(editor):
    make_tip(
        text=" Odd \n\nspaces ",
        key="odd",
        published_from="2030-01-01",
        direction="gone",
        points_from=0,
    )
    comparison = compare(editor, editor.get(EXPORT).content)
    assert comparison.is_empty
    assert comparison.same == Tip.objects.count()


def test_what_is_gone_comes_back_exactly(editor):
    before, number = stored(), Tip.objects.count()
    Tip.objects.all().delete()
    assert said(agree(editor, compare(editor, before))) == [f"{number} tips added."]
    assert stored() == before
    newest = Tip.objects.first().history.first()
    assert (newest.history_user.email, newest.history_change_reason) == (
        "editor@example.org",
        "Import",
    )


# --- Import -----------------------------------------------------------------------------------


def test_the_difference_is_shown_first_and_nothing_is_stored_before_a_yes(editor):
    before = stored()
    data = json.loads(before)
    data["tips"][0]["text"] = ["Other words."]
    data["tips"][0]["points_to"] = 5
    del data["tips"][1]
    data["tips"].append(entry())
    comparison = compare(editor, json.dumps(data).encode())
    (changed,) = comparison.changed
    assert changed.key == "business-few-one-hour"
    assert [(found.label, found.new) for found in changed.fields] == [
        ("Text", "Other words."),
        ("Points to", 5),
    ]
    assert [change.key for change in comparison.new] == ["new-one"]
    assert [tip.key for tip in comparison.missing] == ["business-many-one-topic"]
    assert comparison.archived == []
    assert stored() == before

    assert said(agree(editor, comparison)) == ["1 tip added. 1 tip changed."]
    tip = Tip.objects.get(key="business-few-one-hour")
    assert (tip.text, tip.points_to) == ("Other words.", 5)
    assert tip.history.first().history_user.email == "editor@example.org"
    assert Tip.objects.get(key="business-many-one-topic").state == "published"
    assert Tip.objects.get(key="new-one").text == "Be *seen*.\n\n- Once\n- Twice"


def test_what_the_file_lacks_is_archived_if_that_is_asked_for(editor):
    make_tip(text="Gone long ago.", state="archived")
    data = json.loads(stored())
    data["tips"] = data["tips"][1:-2]
    comparison = compare(editor, json.dumps(data).encode(), archive_missing="on")
    keys = [tip.key for tip in comparison.archived]
    assert keys == ["business-few-one-hour", "vanity-wanted-less", "vanity-wanted-more"]
    named = "<li>business-few-one-hour: Choose one fixed time a week for leads"
    assert named in editor.get(DIFFERENCE).content.decode()
    assert said(agree(editor, comparison)) == ["3 tips archived."]
    assert Tip.objects.filter(state="archived").count() == 4


def test_an_import_that_leaves_splits_without_a_tip_warns_of_it(editor):
    Tip.objects.filter(purpose="vanity_project").update(points_from=1, points_to=9)
    last = make_tip("vanity_project", "Be seen.", points_from=10)
    data = json.loads(stored())
    data["tips"] = [tip for tip in data["tips"] if tip["key"] != last.key]
    comparison = compare(editor, json.dumps(data).encode(), archive_missing="on")
    warning, summary = said(agree(editor, comparison))
    assert warning.startswith("1 of 1,001 splits now has no tip for one of its purposes. <a ")
    assert summary == "1 tip archived."


def test_a_tip_that_changed_between_the_question_and_the_yes_is_not_overwritten(editor):
    data = json.loads(stored())
    data["tips"][0]["text"] = ["Words of the file."]
    comparison = compare(editor, json.dumps(data).encode())
    Tip.objects.filter(key="business-groups").update(text="Words of a colleague.")
    response = agree(editor, comparison)
    assert response.status_code == 409
    assert str(CHANGED_SINCE) in response.content.decode()
    anew = response.context["comparison"]
    assert [change.key for change in anew.changed] == [
        "business-few-one-hour",
        "business-groups",
    ]
    assert not Tip.objects.filter(text="Words of the file.").exists()
    agree(editor, anew)
    assert Tip.objects.filter(text="Words of the file.").exists()


def test_a_yes_to_one_file_is_no_yes_to_another(editor):
    first = compare(editor, document(entry(key="first")))
    compare(editor, document(entry(key="second")))
    assert agree(editor, first).status_code == 409
    assert not Tip.objects.filter(key__in=["first", "second"]).exists()


@pytest.mark.parametrize("fingerprint", ["", "x", None])
def test_a_yes_that_does_not_say_to_what_is_none(editor, fingerprint):
    compare(editor, document(entry()))
    form = {} if fingerprint is None else {"fingerprint": fingerprint}
    assert editor.post(DIFFERENCE, form).status_code == 409
    assert not Tip.objects.filter(key="new-one").exists()


def test_without_a_file_there_is_no_difference(editor):
    assert editor.get(DIFFERENCE).url == IMPORT
    assert editor.post(DIFFERENCE).url == IMPORT


def test_the_file_waits_in_the_session_only_until_it_is_used_or_dropped(editor):
    comparison = compare(editor, document(entry()))
    assert WAITING in editor.session
    agree(editor, comparison)
    assert WAITING not in editor.session
    compare(editor, document(entry(text="Other.")))
    editor.get(IMPORT)
    assert WAITING not in editor.session


def test_a_file_that_is_right_no_longer_is_dropped_and_said(editor, monkeypatch):
    compare(editor, document(entry()))

    def refuse(data):
        raise InvalidFile("There is a new rule.")

    monkeypatch.setattr("purposeapp.import_export.tips_file.read", refuse)
    response = editor.get(DIFFERENCE, follow=True)
    assert response.redirect_chain == [(IMPORT, 302)]
    assert "There is a new rule." in response.content.decode()
    assert WAITING not in editor.session


def test_many_tips_cost_no_more_queries_than_few(editor, django_assert_max_num_queries):
    many = [entry(key=f"tip-{number}", text=f"Number {number}") for number in range(500)]
    with django_assert_max_num_queries(60):
        response = agree(editor, compare(editor, document(*many)))
    assert said(response) == ["500 tips added."]


# --- Rejected files ---------------------------------------------------------------------------


def quoted(choices) -> str:
    return ", ".join(f'"{value}"' for value in choices.values)


def without(key: str) -> dict:
    return {name: value for name, value in entry().items() if name != key}


NOT_TEXT, NOT_A_DAY = str(json_validation.NOT_TEXT), str(json_validation.NOT_A_DAY)
NOT_POINTS = json_validation.NOT_A_NUMBER % {"most": 10}
NO_NUL, REQUIRED = "Null characters are not allowed.", "This field is required."
INVISIBLE = INVISIBLE_CHARACTER % {
    "before": "Be kind.\nBe",
    "character": "U+200B, zero width space",
}

BAD_VALUES = [
    ("purpose", NOT_TEXT, [None, 1, ["x"], "a\ud800b"]),
    (
        "purpose",
        json_validation.NOT_A_CHOICE % {"values": quoted(Purpose)},
        ["world_peace", "a\0b"],
    ),
    ("audience", json_validation.NOT_A_CHOICE % {"values": quoted(Audience)}, ["nobody"]),
    ("direction", json_validation.NOT_A_CHOICE % {"values": quoted(Direction)}, ["sideways"]),
    ("state", json_validation.NOT_A_CHOICE % {"values": quoted(Tip.State)}, ["secret"]),
    ("points_from", NOT_POINTS, [None, True, "1", 1.0, -1, 11]),
    ("position", json_validation.NOT_A_NUMBER % {"most": 32_767}, [32_768]),
    ("published_from", NOT_A_DAY, [1, "", "soon", "2026-13-01", "2026-02-30"]),
    ("text", str(tips_file.NOT_LINES), [None, 1, {}, [1], [None]]),
    ("text", NOT_TEXT, ["a\ud800b"]),
    ("text", NO_NUL, [["a", "\0b"]]),
    ("text", INVISIBLE, [["Be kind.", "Be\u200b calm."]]),
    ("text", REQUIRED, ["", [], [" ", ""]]),
    ("text", "Ensure this value has at most 1000 characters (it has 1001).", ["x" * 1001]),
    ("text", str(NO_HTML), ["<script>alert(1)</script>", ["a", "<b>"]]),
    ("text", BAD_LINK % {"link": "javascript:alert(1)"}, ["[a](javascript:alert(1))"]),
    ("text", BAD_LINK % {"link": "JaVaScRiPt:alert(1)"}, ["[a](JaVaScRiPt&colon;alert(1))"]),
    ("text", str(NO_LINK), ["[a]()"]),
    ("text", str(TOO_MUCH), ["![a](https://a.example/)"]),
    ("key", "Ensure this value has at most 50 characters (it has 51).", ["x" * 51]),
    ("key", REQUIRED, [""]),
    ("key", str(tips_file.NOT_A_KEY), ["a b", "a\nb", "ä"]),
]
BAD_ENTRIES = [
    *(
        (entry(**{key: bad}), f"“{key}”: {reason}")
        for key, reason, values in BAD_VALUES
        for bad in values
    ),
    *((without(key), f"“{key}” is missing.") for key in tips_file.KEYS),
    *((bad, str(json_validation.NOT_AN_OBJECT)) for bad in [None, 1, "tip", [], [entry()]]),
    (
        entry(points_from=7, points_to=3),
        "“Points from” must not be above “points to”, and both are 0 to 10.",
    ),
    (
        entry(direction="gone"),
        "A purpose that dropped to zero has no points. Set “points from” to 0.",
    ),
    (
        entry(direction="new", points_from=0, points_to=0),
        "A purpose that rose has points. Set “points to” to 1 or more.",
    ),
    (
        entry(audience="employer"),
        "Only tips for job seeking can be for candidates or employers. Choose “Everyone”.",
    ),
    (entry(purpos="x"), "Tips have no field called “purpos”. Check the spelling."),
    (entry(**{"x" * 60: "x"}), f"Tips have no field called “{'x' * 49}…”. Check the spelling."),
    (entry(key="good"), str(tips_file.TWICE)),
]


@pytest.mark.parametrize(("bad", "reason"), BAD_ENTRIES)
def test_a_bad_entry_is_named_with_its_reason(bad, reason):
    data = document(entry(key="good"), bad).replace(b'{"key"', b'\n{"key"')
    with pytest.raises(InvalidFile) as refused:
        tips_file.read(data)
    key = bad.get("key") if isinstance(bad, dict) else None
    place = f"Line 3, “{key}”" if key in ("good", "new-one") else "Entry 2"
    assert refused.value.messages == [f"{place}: {reason}"]


def test_all_mistakes_are_listed_with_the_line_and_the_key_of_each_tip():
    data = json.dumps(
        {
            "version": 1,
            "tips": [
                entry(key="first", text=['Say "key": twice.'], state="secret", points_from=11),
                without("key") | {"purpose": "world_peace"},
                entry(key="good"),
                {**without("state"), "key": "last", "direction": "gone", "position": -1},
            ],
        },
        indent=2,
    ).encode()
    line = {key: data[: data.index(b'"%b"' % key)].count(b"\n") + 1 for key in (b"first", b"last")}
    with pytest.raises(InvalidFile) as refused:
        tips_file.read(data)
    assert refused.value.messages == [
        f"Line {line[b'first']}, “first”: “points_from”: {NOT_POINTS}",
        f"Line {line[b'first']}, “first”: “state”: "
        + json_validation.NOT_A_CHOICE % {"values": quoted(Tip.State)},
        "Entry 2: “key” is missing.",
        "Entry 2: “purpose”: " + json_validation.NOT_A_CHOICE % {"values": quoted(Purpose)},
        f"Line {line[b'last']}, “last”: “state” is missing.",
        f"Line {line[b'last']}, “last”: “position”: "
        + json_validation.NOT_A_NUMBER % {"most": 32_767},
    ]


def test_no_line_is_named_where_something_else_is_called_key():
    data = document(entry(key="good") | {"more": {"key": "x"}}, entry(state="secret"))
    with pytest.raises(InvalidFile, match="Entry 2: “state”: "):
        tips_file.read(data)


@pytest.mark.parametrize(
    ("count", "last"),
    [
        (20, None),
        (21, "And 1 more mistake."),
        (1_000, "And 980 more mistakes."),
        (500_000, "And more than 980 others."),
    ],
)
def test_of_many_mistakes_the_first_are_listed_and_the_others_counted(count, last):
    with pytest.raises(InvalidFile) as refused:
        tips_file.read(document(*[None] * count))
    said = [f"Entry {number}: {json_validation.NOT_AN_OBJECT}" for number in range(1, 21)]
    assert refused.value.messages == said + ([last] if last else [])


TRAILING_COMMA = (
    "There is an extra comma."
    if sys.version_info >= (3, 13)
    else "A value is missing or has no double quotes, or there is an extra comma."
)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ('"version": 1,', '"version": 1', "Something is missing before this, such as a comma."),
        ('"version": 1,', '"version" 1,', "A colon is missing after a key."),
        ('"tips"', "'tips'", "A key in double quotes is missing, or there is an extra comma."),
        ("[]", "[1,]", TRAILING_COMMA),
        ("[]", "yes", "A value is missing or has no double quotes, or there is an extra comma."),
        ("[]", '"A text', "The quotation mark at the end of a text is missing."),
        ("[]\n}", '"A text', "The quotation mark at the end of a text is missing."),
        ("[]", r'"\_"', "A backslash in a text must be written twice."),
        ("[]", r'"\u12"', "A backslash in a text must be written twice."),
        ("[]", "[]}", "There is more text after the end."),
    ],
)
def test_what_is_no_json_is_named_with_its_line_in_plain_words(old, new, reason):
    file = '{\n"version": 1,\n"tips": []\n}'
    assert tips_file.read(file.encode()) == []
    with pytest.raises(InvalidFile) as refused:
        tips_file.read(file.replace(old, new).encode())
    (said,) = refused.value.messages
    line, _colon, words = said.partition(": ")
    assert words == reason
    assert line in ("Line 2", "Line 3", "Line 4")


NOT_AN_EXPORT, NOT_TIPS = str(json_validation.NOT_AN_EXPORT), str(tips_file.NOT_TIPS)
UNKNOWN_VERSION = str(json_validation.UNKNOWN_VERSION)

BAD_FILES = {
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0", f"Line 1: {json_validation.NOT_UTF_8}"),
    "half of a file": (
        document(entry())[:-9],
        "Line 1: The quotation mark at the end of a text is missing.",
    ),
    "a list": (b"[]", NOT_AN_EXPORT),
    "a history": (b'{"version": 1, "assessments": []}', NOT_TIPS),
    "another version": (b'{"version": 2, "tips": []}', UNKNOWN_VERSION),
    "no version": (b'{"tips": []}', UNKNOWN_VERSION),
    "tips that are none": (b'{"version": 1, "tips": {}}', NOT_TIPS),
    "tips twice": (b'{"version": 1, "tips": [], "tips": []}', NOT_TIPS),
    "lists in lists": (b"[" * 100_000, str(json_validation.TOO_DEEP)),
    "a huge file": (b" " * (MAX_TIPS_FILE_MB * 1024 * 1024 + 1), FILE_TOO_LARGE % {"megabytes": 2}),
    "nothing in it": (b"", "This file is empty. Choose another one."),
    "a bad entry": (document(entry(), entry(key="")), f"Entry 2: “key”: {REQUIRED}"),
    "a key twice": (
        document(entry()).replace(b'"state"', b'"key": "other", "state"'),
        f"Entry 1: “key”: {NOT_TEXT}",
    ),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_made_for_something_else_is_refused_with_the_reason(editor, name):
    data, reason = BAD_FILES[name]
    before = stored()
    response = send(editor, data)
    assert response.status_code == 422
    assert response.context["form"].errors["file"] == [reason]
    assert WAITING not in editor.session
    assert stored() == before


def test_an_export_of_a_history_is_refused(editor):
    user = make_user("owner@example.org")
    make_assessment(user)
    editor.force_login(user)
    history = editor.get("/history/export.json").content
    editor.force_login(make_editor("another@example.org"))
    assert send(editor, history).context["form"].errors["file"] == [NOT_TIPS]


def test_a_file_that_archives_all_tips_is_warned_of(editor):
    warning = "This archives all current tips"
    for entries, archive, is_warned in (
        ([entry()], "on", True),
        ([entry()], "", False),
        ([entry(key="business-groups")], "on", False),
    ):
        compare(editor, document(*entries), archive_missing=archive)
        assert (warning in editor.get(DIFFERENCE).content.decode()) == is_warned


def test_no_file_at_all_is_refused(editor):
    response = editor.post(IMPORT)
    assert response.status_code == 422
    assert response.context["form"].errors["file"] == ["Choose a file first."]
    page = response.content.decode()
    assert "<title>Error: Import tips | Five Purposes</title>" in page
    assert "There's a problem with this file." not in page
    assert "<title>Import tips | Five Purposes</title>" in editor.get(IMPORT).content.decode()
    assert "There's a problem with this file." in send(editor, b"x").content.decode()


def test_every_constraint_of_a_tip_is_known_to_the_import(db):
    """The import rejects what PostgreSQL would reject, and names the number of the entry."""
    for fields in (
        {"points_from": 7, "points_to": 3},
        {"direction": "gone"},
        {"direction": "rising", "points_from": 0, "points_to": 0},
        {"audience": "candidate"},
    ):
        tip = Tip(purpose=Purpose.BUSINESS_DRIVEN, key="x", text="x", **fields)
        assert tip.audience_error()
    with pytest.raises(InvalidFile, match="Line 1, “new-one”: "):
        tips_file.read(document(entry(points_from=7, points_to=3)))


@pytest.mark.parametrize(
    ("granted", "sent", "archives"),
    [
        ("change", [entry()], False),  # adds one
        ("add", [entry(key="old-one")], False),  # changes one
        ("add change", [], True),  # archives one
    ],
)
def test_an_import_needs_the_same_rights_as_what_it_does_by_hand(
    client, db, granted, sent, archives
):
    Tip.objects.all().delete()
    make_tip(key="old-one")
    staff = make_user("staff@example.org", is_staff=True)
    codenames = [f"{right}_tip" for right in ("view", *granted.split())]
    staff.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client.force_login(staff)
    before = stored()
    if "change" in granted:
        extra = {"archive_missing": "on"} if archives else {}
        comparison = compare(client, document(*sent), **extra)
        response = client.post(DIFFERENCE, {"fingerprint": comparison.fingerprint})
    else:
        response = send(client, document(*sent))
    assert response.status_code == 403
    assert stored() == before
