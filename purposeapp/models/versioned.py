import json
from hashlib import sha256
from typing import Any, ClassVar, Self

from django.db import connections, models
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _


class DraftState(models.TextChoices):
    """Who sees what staff write."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")


class DraftableQuerySet(models.QuerySet[Any]):
    """Ways to ask for what staff write."""

    def published(self) -> Self:
        """What readers are given today."""
        return self.filter(state=DraftState.PUBLISHED)


class Versioned:
    """What staff write and revise: its `history` is an audit trail of `CHANGING_FIELDS`."""

    CHANGING_FIELDS: ClassVar[list[str]]
    """Every field that can change, in the order that people read them. The key never does."""

    _meta: ClassVar[Any]

    text: Any

    @property
    def beginning(self) -> str:
        """The first words of the text, by which staff know it; its key is for files."""
        return Truncator(self.text).chars(60)

    @classmethod
    def lock_table(cls) -> None:
        """Take a table lock: nobody else changes a row until this transaction ends, all can read.

        Whoever changes rows by what they have read of them calls this first, and reads then.
        """
        connection = connections[cls._meta.default_manager.db]
        table = connection.ops.quote_name(cls._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")

    @property
    def fingerprint(self) -> str:
        """Hash of all its fields, for optimistic locks: it differs wherever two versions do."""
        values = [str(field.value_from_object(self)) for field in self._meta.concrete_fields]
        return sha256(json.dumps(values).encode()).hexdigest()[:32]
