import re
from unicodedata import normalize

import django.core.validators
from django.db import migrations, models

import purposeapp.models.names

ADDRESS = r"(://|[Ww][Ww][Ww]\.|@)"
LETTER = (
    r"[A-Za-z\u00c0-\u1fff\u2c00-\u2dff\u3005-\ud7ff\uf900-\ufdff\ufe70-\uffdc"
    r"\U00010000-\U0001efff\U00020000-\U0003ffff]"
)
UNSEEN = r"[\u200c\u200d\ufe00-\ufe0f]*"
LINK = (
    rf"({ADDRESS}|\S[.\u2024\u3002\ufe52\uff0e\uff61]{UNSEEN}{LETTER}{UNSEEN}{LETTER}"
    r"|[0-9]\.[0-9]+\.[0-9]+\.[0-9])"
)
INVISIBLE = (
    r"([\u0001-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e"
    r"\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ue000-\uf8ff\ufeff\uffa0\ufff0-\uffff"
    r"\U00013430-\U0001345f\U0001bca0-\U0001bcaf\U0001d173-\U0001d17a\U000e0000-\U000e00ff"
    r"\U000f0000-\U0010ffff]|(^|[\u0001-\u007f\u200c\u200d])[\u200c\u200d])"
)
SOME_LETTER = rf"([0-9]|{LETTER})"
WORDS_OF_ADDRESS = (
    "Enter just a name, without a web or email address. Put a space after each full stop."
)
WORDS_OF_INVISIBLE = "Some characters in it are invisible. Type it instead of pasting it."
WORDS_OF_LETTER = "Use at least one letter or number."


def readable(text: str, *, address: str, length: int) -> str:
    """Return a name or title as a form would, or without what the new rules refuse.

    Without full stops, colons and @, it has no address.
    """
    text, compatible = (normalize(form, " ".join(text.split())) for form in ("NFC", "NFKC"))
    if any(re.search(rf"{INVISIBLE}|{address}", each) for each in (text, compatible)):
        text = re.sub(INVISIBLE, "", re.sub(r"[\u200c\u200d]", "", compatible))
        if re.search(address, text):
            text = re.sub(r"[.\u3002:@]", " ", text)
    return " ".join(text.split())[:length].strip()


def read_anew(apps, schema_editor):
    """Make the names and titles that the new rules refuse readable."""
    Talk, Room = (apps.get_model("purposeapp", name) for name in ("Talk", "Room"))
    for talk in Talk.objects.exclude(name="").only("name").iterator():
        name = readable(talk.name, address=LINK, length=40)
        name = name if re.search(SOME_LETTER, name) else "Someone"
        if name != talk.name:
            Talk.objects.filter(pk=talk.pk).update(name=name)
    for room in Room.objects.only("title").iterator():
        title = readable(room.title, address=ADDRESS, length=80) or "Room"
        if title != room.title:
            Room.objects.filter(pk=room.pk).update(title=title)


NOT_NUL = django.core.validators.ProhibitNullCharactersValidator()
NOTHING_INVISIBLE = purposeapp.models.names.NameValidator(
    INVISIBLE, WORDS_OF_INVISIBLE, inverse_match=True
)


class Migration(migrations.Migration):
    dependencies = [
        ("purposeapp", "0033_thanks_before_the_tips"),
    ]

    operations = [
        migrations.RunPython(read_anew, migrations.RunPython.noop),
        migrations.RemoveConstraint(
            model_name="room",
            name="room_title_holds_no_address",
        ),
        migrations.RemoveConstraint(
            model_name="talk",
            name="talk_name_holds_no_address",
        ),
        migrations.AlterField(
            model_name="room",
            name="title",
            field=models.CharField(
                max_length=80,
                validators=[
                    NOT_NUL,
                    purposeapp.models.names.NameValidator(
                        ADDRESS, WORDS_OF_ADDRESS, inverse_match=True
                    ),
                    NOTHING_INVISIBLE,
                ],
                verbose_name="title",
            ),
        ),
        migrations.AlterField(
            model_name="talk",
            name="name",
            field=models.CharField(
                max_length=40,
                validators=[
                    NOT_NUL,
                    purposeapp.models.names.NameValidator(
                        LINK, WORDS_OF_ADDRESS, inverse_match=True
                    ),
                    NOTHING_INVISIBLE,
                    purposeapp.models.names.NameValidator(SOME_LETTER, WORDS_OF_LETTER),
                ],
                verbose_name="your name",
            ),
        ),
        migrations.AddConstraint(
            model_name="room",
            constraint=models.CheckConstraint(
                condition=models.Q(("title__regex", ADDRESS), _negated=True),
                name="room_title_holds_no_address",
                violation_error_message=WORDS_OF_ADDRESS,
            ),
        ),
        migrations.AddConstraint(
            model_name="room",
            constraint=models.CheckConstraint(
                condition=models.Q(("title__regex", INVISIBLE), _negated=True),
                name="room_title_holds_nothing_invisible",
                violation_error_message=WORDS_OF_INVISIBLE,
            ),
        ),
        migrations.AddConstraint(
            model_name="talk",
            constraint=models.CheckConstraint(
                condition=models.Q(("name__regex", LINK), _negated=True),
                name="talk_name_holds_no_address",
                violation_error_message=WORDS_OF_ADDRESS,
            ),
        ),
        migrations.AddConstraint(
            model_name="talk",
            constraint=models.CheckConstraint(
                condition=models.Q(("name__regex", INVISIBLE), _negated=True),
                name="talk_name_holds_nothing_invisible",
                violation_error_message=WORDS_OF_INVISIBLE,
            ),
        ),
        migrations.AddConstraint(
            model_name="talk",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), ("name__regex", SOME_LETTER), _connector="OR"),
                name="talk_name_has_a_letter",
                violation_error_message=WORDS_OF_LETTER,
            ),
        ),
    ]
