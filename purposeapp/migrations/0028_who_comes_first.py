"""Portraits say which purpose comes first: "Business leads" could be read as sales leads.

Only sentences that nobody has changed since they were loaded are said anew: staff keep theirs.
"""

import re
from importlib import import_module

from django.db import migrations
from django.utils import timezone

REASON = "Which comes first"


def _loaded():
    """The sentences as this app has loaded them, and said them anew since."""
    first = import_module("purposeapp.migrations.0011_first_portrait_parts")
    for text in [*first.LEADS.values(), *first.LEADS_ALONE.values()]:
        for name in ("0015_plainer_words", "0018_truer_portraits"):
            text = import_module(f"purposeapp.migrations.{name}").REWORDED.get(text, text)
        yield text


def _clearer(text):
    """'X leads and Y comes next' as 'X comes first and Y second'; any other sentence as it is."""
    text, times = re.subn("^([A-Z][a-z ]+?) leads and ", r"\1 comes first and ", text)
    return text.replace(" comes next", " second", times)


REWORDED = {text: _clearer(text) for text in _loaded() if _clearer(text) != text}


def reword(apps, schema_editor):
    """Store the new sentences, each with a version of its history."""
    PortraitPart = apps.get_model("purposeapp", "PortraitPart")
    for part in PortraitPart.objects.filter(text__in=REWORDED).order_by("id"):
        part.text = REWORDED[part.text]
        part.save()
        # Models in a migration keep no history of their own.
        apps.get_model("purposeapp", "HistoricalPortraitPart").objects.create(
            **{field.name: getattr(part, field.name) for field in part._meta.fields},
            history_date=timezone.now(),
            history_type="~",
            history_change_reason=REASON,
        )


def restore(apps, schema_editor):
    """Say the sentences that nobody changed since as they were."""
    before = {new: old for old, new in REWORDED.items()}
    PortraitPart = apps.get_model("purposeapp", "PortraitPart")
    for part in PortraitPart.objects.filter(text__in=before):
        part.text = before[part.text]
        part.save()
    versions = apps.get_model("purposeapp", "HistoricalPortraitPart").objects
    versions.filter(history_change_reason=REASON).delete()


class Migration(migrations.Migration):
    dependencies = [("purposeapp", "0027_thanks_to_pass_on")]

    operations = [migrations.RunPython(reword, restore)]
