"""All tips go out as one file and come back: the difference first, then all of it or nothing."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from purposeapp.admin.import_export import CHANGED_SINCE, WAITING
from purposeapp.advice.markdown import BAD_LINK, NO_HTML, TOO_MUCH
from purposeapp.exchange import hostile_json, tips_file, values
from purposeapp.exchange.hostile_json import NotAnExport
from purposeapp.forms import FILE_TOO_LARGE, MAX_IMPORT_BYTES
from purposeapp.models import Tip
from purposeapp.split import Purpose
from tests.support.make import make_assessment, make_editor, make_tip, make_user

EXPORT = "/admin/purposeapp/tip/export/"
IMPORT = "/admin/purposeapp/tip/import/"
DIFFERENCE = "/admin/purposeapp/tip/import/difference/"


@pytest.fixture
def editor(client, db):
    client.force_login(make_editor())
    return client


def entry(**extra) -> dict:
    """A tip as a file has it, with something changed."""
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
    """The page that says what a file would change."""
    response = send(client, data, **extra)
    assert (response.status_code, response.url) == (302, DIFFERENCE)
    return client.get(DIFFERENCE).context["comparison"]


def agree(client, comparison):
    return client.post(DIFFERENCE, {"fingerprint": comparison.fingerprint}, follow=True)


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


# --- Out --------------------------------------------------------------------------------------


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
    assert said(agree(editor, compare(editor, before))) == [f"{number} tips are new."]
    assert stored() == before
    newest = Tip.objects.first().history.first()
    assert (newest.history_user.email, newest.history_change_reason) == (
        "editor@example.org",
        "Import",
    )


# --- In ---------------------------------------------------------------------------------------


def test_the_difference_is_shown_first_and_nothing_is_stored_before_a_yes(editor):
    before = stored()
    data = json.loads(before)
    data["tips"][0]["text"] = ["Other words."]
    data["tips"][0]["points_to"] = 5
    del data["tips"][1]
    data["tips"].append(entry())
    comparison = compare(editor, json.dumps(data).encode())
    (changed,) = comparison.changed
    assert changed.key == "business-contact-details"
    assert [(found.label, found.new) for found in changed.fields] == [
        ("Text", "Other words."),
        ("Points to", 5),
    ]
    assert [change.key for change in comparison.new] == ["new-one"]
    assert [tip.key for tip in comparison.missing] == ["business-present-clients"]
    assert comparison.archived == []
    assert stored() == before

    assert said(agree(editor, comparison)) == ["1 tip is new. 1 tip is changed."]
    tip = Tip.objects.get(key="business-contact-details")
    assert (tip.text, tip.points_to) == ("Other words.", 5)
    assert tip.history.first().history_user.email == "editor@example.org"
    assert Tip.objects.get(key="business-present-clients").state == "published"
    assert Tip.objects.get(key="new-one").text == "Be *seen*.\n\n- Once\n- Twice"


def test_what_the_file_lacks_is_archived_if_that_is_asked_for(editor):
    make_tip(text="Gone long ago.", state="archived")
    data = json.loads(stored())
    data["tips"] = data["tips"][1:-2]
    comparison = compare(editor, json.dumps(data).encode(), archive_missing="on")
    keys = [tip.key for tip in comparison.archived]
    assert keys == ["business-contact-details", "vanity-falling", "vanity-wanted-less"]
    assert said(agree(editor, comparison)) == ["3 tips are archived."]
    assert Tip.objects.filter(state="archived").count() == 4


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
        "business-contact-details",
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
        raise NotAnExport("There is a new rule.")

    monkeypatch.setattr("purposeapp.exchange.tips_file.read", refuse)
    response = editor.get(DIFFERENCE, follow=True)
    assert response.redirect_chain == [(IMPORT, 302)]
    assert "There is a new rule." in response.content.decode()
    assert WAITING not in editor.session


def test_many_tips_cost_no_more_queries_than_few(editor, django_assert_max_num_queries):
    many = [entry(key=f"tip-{number}", text=f"Number {number}") for number in range(500)]
    with django_assert_max_num_queries(60):
        response = agree(editor, compare(editor, document(*many)))
    assert said(response) == ["500 tips are new."]


# --- What is not taken ------------------------------------------------------------------------


def without(key: str) -> dict:
    return {name: value for name, value in entry().items() if name != key}


NOT_TEXT, NOT_A_NUMBER = values.BAD_TEXT, values.BAD_NUMBER
BAD_TEXT, BAD_DATE = str(tips_file.BAD_TEXT), values.BAD_DAY % {"key": "published_from"}
BAND = "“Points from” must not be above “points to”, and both are 0 to 10."

BAD_ENTRIES = [
    *((without(key), values.MISSING % {"key": key}) for key in tips_file.KEYS),
    *((what, str(tips_file.NOT_A_TIP)) for what in [None, 1, "tip", [], [entry()]]),
    *((entry(purpose=what), NOT_TEXT % {"key": "purpose"}) for what in [None, 1, ["x"], "a\0b"]),
    (entry(purpose="world_peace"), "“purpose”: Value 'world_peace' is not a valid choice."),
    (entry(audience="nobody"), "“audience”: Value 'nobody' is not a valid choice."),
    (entry(direction="sideways"), "“direction”: Value 'sideways' is not a valid choice."),
    (entry(state="secret"), "“state”: Value 'secret' is not a valid choice."),
    *(
        (entry(points_from=what), NOT_A_NUMBER % {"key": "points_from", "most": 10})
        for what in [None, True, "1", 1.0, -1, 11]
    ),
    (entry(position=32_768), NOT_A_NUMBER % {"key": "position", "most": 32_767}),
    (entry(points_from=7, points_to=3), BAND),
    (
        entry(direction="gone"),
        "A purpose that is gone to zero has no points: let “points from” be 0.",
    ),
    (
        entry(direction="new", points_from=0, points_to=0),
        "A purpose that has risen has points: let “points to” be 1 or more.",
    ),
    *(
        (entry(published_from=what), BAD_DATE)
        for what in [1, "", "soon", "2026-13-01", "2026-02-30", "20260101", "٢٠٢٦-01-01"]
    ),
    *((entry(text=what), BAD_TEXT) for what in [None, 1, {}, [1], [None], "a\0b", "a\ud800b"]),
    *((entry(text=what), "“text”: This field cannot be blank.") for what in ["", [], [" ", ""]]),
    (entry(text="x" * 1001), str(tips_file.TEXT_TOO_LONG)),
    (entry(text="<script>alert(1)</script>"), f"“text”: {NO_HTML}"),
    (entry(text=["a", "<b>"]), f"“text”: {NO_HTML}"),
    (entry(text="[a](javascript:alert(1))"), f"“text”: {BAD_LINK}"),
    (entry(text="[a](JaVaScRiPt&colon;alert(1))"), f"“text”: {BAD_LINK}"),
    (entry(text="![a](https://a.example/)"), f"“text”: {TOO_MUCH}"),
    (entry(key="x" * 51), "“key”: Ensure this value has at most 50 characters (it has 51)."),
    (entry(key=""), "“key”: This field cannot be blank."),
]


@pytest.mark.parametrize(("bad", "reason"), BAD_ENTRIES)
def test_one_bad_entry_refuses_the_whole_file_and_says_where(editor, bad, reason):
    before = stored()
    response = send(editor, document(entry(key="good"), bad))
    assert response.status_code == 422
    assert response.context["form"].errors["file"] == [f"Entry 2: {reason}"]
    assert WAITING not in editor.session
    assert stored() == before


def test_a_key_with_a_space_is_refused(editor):
    response = send(editor, document(entry(key="a b")))
    (error,) = response.context["form"].errors["file"]
    assert error.startswith("Entry 1: “key”: Enter a valid “slug”")


def test_a_key_that_stands_there_twice_is_refused(editor):
    response = send(editor, document(entry(), entry(text="Other.")))
    assert response.context["form"].errors["file"] == [f"Entry 2: {tips_file.TWICE}"]


NOT_TIPS, UNKNOWN_VERSION = str(tips_file.NOT_TIPS), str(values.UNKNOWN_VERSION)
NOT_JSON = f"Line 1: {hostile_json.NOT_JSON}"

BAD_FILES = {
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0", f"Line 1: {hostile_json.NOT_UTF_8}"),
    "half of a file": (document(entry())[:-9], NOT_JSON),
    "HTML": (b"<html>", NOT_JSON),
    "a number": (b"1", NOT_TIPS),
    "a list": (b"[]", NOT_TIPS),
    "a history": (b'{"version": 1, "assessments": []}', NOT_TIPS),
    "another version": (b'{"version": 2, "tips": []}', UNKNOWN_VERSION),
    "no version": (b'{"tips": []}', UNKNOWN_VERSION),
    "a true version": (b'{"version": true, "tips": []}', UNKNOWN_VERSION),
    "tips that are none": (b'{"version": 1, "tips": {}}', NOT_TIPS),
    "tips twice": (b'{"version": 1, "tips": [], "tips": []}', NOT_TIPS),
    "NaN": (b'{"version": 1,\n"tips": [NaN]}', f"Line 2: {hostile_json.NOT_JSON}"),
    "lists in lists": (b"[" * 100_000, str(hostile_json.TOO_DEEP)),
    "a huge file": (b" " * (MAX_IMPORT_BYTES + 1), str(FILE_TOO_LARGE)),
    "nothing in it": (b"", "The submitted file is empty."),
    "a key twice": (
        document(entry()).replace(b'"state"', b'"key": "other", "state"'),
        f"Entry 1: {NOT_TEXT % {'key': 'key'}}",
    ),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_made_for_something_else_is_refused_with_the_reason(editor, name):
    data, reason = BAD_FILES[name]
    before = stored()
    response = send(editor, data)
    assert response.status_code == 422
    assert response.context["form"].errors["file"] == [reason]
    assert stored() == before


def test_an_export_of_a_history_is_refused(editor):
    user = make_user("owner@example.org")
    make_assessment(user)
    editor.force_login(user)
    history = editor.get("/history/export.json").content
    editor.force_login(make_editor("another@example.org"))
    assert send(editor, history).context["form"].errors["file"] == [NOT_TIPS]


def test_no_file_at_all_is_refused(editor):
    response = editor.post(IMPORT)
    assert response.status_code == 422
    assert response.context["form"].errors["file"] == ["Choose the file first."]


def test_every_constraint_of_a_tip_is_known_to_the_import(db):
    """What PostgreSQL would refuse is refused with the number of its entry before that."""
    for fields in (
        {"points_from": 7, "points_to": 3},
        {"direction": "gone"},
        {"direction": "rising", "points_from": 0, "points_to": 0},
    ):
        tip = Tip(purpose=Purpose.BUSINESS_DRIVEN, key="x", text="x", **fields)
        assert tip.band_error()
    with pytest.raises(NotAnExport, match="Entry 1"):
        tips_file.read(document(entry(points_from=7, points_to=3)))
