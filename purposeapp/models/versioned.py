import json
from hashlib import sha256
from typing import Any, ClassVar, Self

from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _


class DraftState(models.TextChoices):
    """Whether readers can see a text by staff."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")


class DraftableQuerySet(models.QuerySet[Any]):
    """Queries for texts by staff."""

    def published(self) -> Self:
        """Return those that readers can see."""
        return self.filter(state=DraftState.PUBLISHED)

    def drafts(self) -> Self:
        """Return those that aren't published yet."""
        return self.filter(state=DraftState.DRAFT)


class Versioned:
    """A text that staff write and revise; `history` is an audit trail of `CHANGING_FIELDS`."""

    CHANGING_FIELDS: ClassVar[list[str]]
    """All fields that can change, in the order in which they're shown. The key never changes."""

    _meta: ClassVar[Any]

    text: Any

    @property
    def plain(self) -> str:
        """The text without markup."""
        return self.text

    @property
    def beginning(self) -> str:
        """The first words of the text, its label for staff. Files use the key instead."""
        return Truncator(self.plain).chars(60)

    @property
    def fingerprint(self) -> str:
        """A hash of all fields, for optimistic locks: any two different versions differ in it."""
        values = [str(field.value_from_object(self)) for field in self._meta.concrete_fields]
        return sha256(json.dumps(values).encode()).hexdigest()[:32]
