"""The editors' form for a portrait sentence. No change may leave a split without a text."""

from collections.abc import Iterable

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from purposeapp.advice.portrait import without_text
from purposeapp.models import PortraitPart
from purposeapp.models.portrait_part import PART_FIELDS
from purposeapp.split import Split

from .editors_text import PlainTextField
from .tip import SplitField
from .versioned import VersionedForm, first_unused

NO_BRACES = _("Leave out { and }: nothing is filled in here.")

MAX_NAMED_SPLITS = 5
"""Maximum number of splits that an error lists. It only counts the others."""


class PortraitPartForm(VersionedForm):
    """Form for a sentence, with an optimistic lock. Invalid if a split would lose its last one."""

    KEY_HELP = _("You can't change it later. Leave it empty to use the conditions.")

    class Meta:
        model = PortraitPart
        fields = ["key", *PART_FIELDS]
        field_classes = {"text": PlainTextField}
        help_texts = {
            "text": _(
                "One sentence. It must be true for every split it's for. Plain text, no Markdown."
            )
        }

    def clean_text(self) -> str:
        text = self.cleaned_data["text"]
        if {"{", "}"} & set(text):
            raise forms.ValidationError(NO_BRACES, code="placeholder")
        return text

    def clean(self) -> dict:
        values = super().clean()
        if not self.instance.pk and not values.get("key") and "key" not in self.errors:
            values["key"] = unused_key(self.typed())
        if not self.errors:
            for gap in gaps_after([self.typed()]):
                self.add_error(None, forms.ValidationError(gap, code="gap"))
        return values


def unused_key(part: PortraitPart) -> str:
    """Return a unique key for a new sentence, made from its conditions."""
    purposes = [name.partition("_")[0] for name in (part.first, part.second, part.third) if name]
    missing = ["without", part.missing.partition("_")[0]] if part.missing else []
    key = slugify(" ".join([part.slot, part.shape, *purposes, *missing]).replace("_", "-"))
    return first_unused(key, PortraitPart.objects)


def gaps_after(changed: Iterable[PortraitPart]) -> list[str]:
    """Return an error message for each slot in which splits would lose their last sentence.

    `changed` are the sentences as they would be saved. Gaps that exist already are ignored, or
    nobody could fill several gaps one by one. Call it under the table lock.
    """
    published = {part.pk: part for part in PortraitPart.objects.published()}
    after = dict(published)
    for part in changed:
        after.pop(part.pk, None)
        if part.state == PortraitPart.State.PUBLISHED:
            after[part.pk] = part
    missing = without_text(after.values())
    if not missing:
        return []
    before = without_text(published.values())
    lost = {slot: _without(splits, before.get(slot, [])) for slot, splits in missing.items()}
    return [_gap_error(str(slot.label), splits) for slot, splits in lost.items() if splits]


def _without(splits: list[Split], known: list[Split]) -> list[Split]:
    known_ones = set(known)
    return [split for split in splits if split not in known_ones]


def _gap_error(slot: str, splits: list[Split]) -> str:
    """Return the error message for a slot and its splits."""
    more = max(0, len(splits) - MAX_NAMED_SPLITS)
    words = {"slot": slot, "splits": ", ".join(map(str, splits[:MAX_NAMED_SPLITS])), "more": more}
    if not more:
        return (
            gettext("Without this, these splits have no sentence for “%(slot)s”: %(splits)s.")
            % words
        )
    said = ngettext(
        "Without this, these splits have no sentence for “%(slot)s”: %(splits)s, and %(more)d "
        "more.",
        "Without this, these splits have no sentence for “%(slot)s”: %(splits)s, and %(more)d "
        "more.",
        more,
    )
    return said % words


class PortraitPreviewForm(forms.Form):
    """Form to choose the split whose portrait an editor previews."""

    split = SplitField()
