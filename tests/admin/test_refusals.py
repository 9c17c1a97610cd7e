"""What the admin refuses in tips and in other texts, and with what words."""

import pytest

from purposeapp.forms.versioned import KEY_TAKEN
from purposeapp.import_export.tips_file import NOT_A_KEY
from purposeapp.models import Tip
from tests.support.admin import TIPS, page_of_tip, text_of
from tests.support.make import tip_form


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"purpose": "world_peace"}, "Select a valid choice"),
        ({"text": "<script>alert(1)</script>"}, "HTML isn't allowed."),
        ({"text": "[a](javascript:alert)"}, "The link “javascript:alert” must begin with https://"),
        ({"text": "# Loud"}, "Only paragraphs, emphasis, links and lists are allowed."),
        ({"text": ""}, "Enter the text of the tip."),
        ({"purpose": ""}, "Choose a purpose."),
        ({"text": "a\0b"}, None),
        ({"points_from": 7, "points_to": 3}, "“Points from” must not be above “points to”"),
        ({"points_to": 11}, "“Points from” must not be above “points to”"),
        ({"points_from": -1}, "greater than or equal to 0"),
        ({"direction": "gone"}, "Set “points from” to 0."),
        ({"direction": "rising", "points_from": 0, "points_to": 0}, "Set “points to” to 1"),
        ({"text": "[a]()"}, "A link has no address. Write it as [words](https://…)."),
        ({"published_from": "soon"}, "Enter a day as year, month and day, such as 2027-01-31."),
        ({"position": 99_999}, "less than or equal to 32767"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(editor, tip, changes, reason):
    versions = tip.history.count()
    response = editor.post(page_of_tip(tip), tip_form(tip, **changes))
    assert response.status_code == (422 if reason else 400)
    if reason:
        assert reason in text_of(response)
    assert Tip.objects.get(pk=tip.pk).fingerprint == tip.fingerprint
    assert tip.history.count() == versions


INVISIBLE = [
    ("Be\u200b kind.", "after “Be”: U+200B, zero width space"),
    ("Be \u202eseen.", "after “Be ”: U+202E, right-to-left override"),
    ("Be \u2067seen.", "after “Be ”: U+2067, right-to-left isolate"),
    ("\ufeffBe kind.", "at the start: U+FEFF, zero width no-break space"),
    ("Be\u00ad kind.", "after “Be”: U+00AD, soft hyphen"),
    ("Be\u3164 kind.", "after “Be”: U+3164, hangul filler"),
    ("Be\x07 kind.", "after “Be”: U+0007, a control character"),
    ("Be\x9b kind.", "after “Be”: U+009B, a control character"),
]


@pytest.mark.parametrize("model", ["tip", "portraitpart", "talkquestion"])
@pytest.mark.parametrize(("text", "reason"), INVISIBLE)
def test_an_invisible_character_is_refused_and_named(editor, model, text, reason):
    response = editor.post(f"/admin/purposeapp/{model}/add/", {"text": text})
    assert response.status_code == 422
    [error] = response.context["adminform"].form.errors["text"]
    assert reason in error


def test_joiners_and_the_marks_of_arabic_are_no_invisible_characters(editor, tip):
    text = "A \U0001f469\u200d\U0001f4bb says:\t\u0645\u06cc\u200c\u062e\u0648\u200f!\nSo."
    assert editor.post(page_of_tip(tip), tip_form(tip, text=text)).status_code == 302
    assert Tip.objects.get(pk=tip.pk).text == text


@pytest.mark.parametrize(
    ("model", "limit"), [("tip", 1000), ("portraitpart", 240), ("talkquestion", 240)]
)
def test_a_text_that_is_too_long_reaches_the_server_and_is_refused(editor, model, limit):
    """A browser would silently cut off what is pasted beyond a `maxlength`."""
    page = editor.get(f"/admin/purposeapp/{model}/add/")
    assert "maxlength" not in page.content.decode()
    assert f"At most {limit} characters." in text_of(page)
    form = {"text": "a" * limit + "."}
    response = editor.post(f"/admin/purposeapp/{model}/add/", form)
    assert response.status_code == 422
    [error] = response.context["adminform"].form.errors["text"]
    assert error == f"Use at most {limit} characters. You have {limit + 1}."


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"points_from": 7, "points_to": 3}, "points_from"),
        ({"points_to": 11}, "points_to"),
        ({"direction": "gone"}, "points_from"),
        ({"direction": "rising", "points_from": 0, "points_to": 0}, "points_to"),
        ({"audience": "candidate"}, "audience"),
    ],
)
def test_an_error_about_whom_a_tip_is_for_stands_once_at_its_field(editor, tip, changes, field):
    response = editor.post(page_of_tip(tip), tip_form(tip, **changes))
    assert response.status_code == 422
    errors = response.context["adminform"].form.errors
    assert {name: len(messages) for name, messages in errors.items()} == {field: 1}


@pytest.mark.parametrize(
    ("key", "error"),
    [("two words", str(NOT_A_KEY)), ("business-groups", str(KEY_TAKEN))],
)
def test_a_key_that_is_none_or_taken_is_refused_in_plain_words(editor, tip, key, error):
    form = tip_form(tip, text="Be kind.", key=key)
    response = editor.post(f"{TIPS}add/", form)
    assert response.context["adminform"].form.errors == {"key": [error]}
