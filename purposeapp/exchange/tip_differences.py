"""What differs between two versions of a tip, in words: for editors who compare them."""

from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from purposeapp.models import Tip
from purposeapp.models.tip import TIP_FIELDS

NOTHING = _("\N{EN DASH}")


class Difference(NamedTuple):
    """A field, and what each of two versions says in it."""

    label: str
    old: str | Promise
    new: str | Promise

    @classmethod
    def of(cls, name: str, old: str | Promise, new: str | Promise) -> "Difference":
        """The difference in the field that is called so in the code."""
        label = Tip._meta.get_field(name).verbose_name  # type: ignore[union-attr]
        return cls(str(capfirst(label)), old, new)


def differences(old, new) -> list[Difference]:
    """The fields in which two tips differ; either may be one out of the history."""
    return [
        Difference.of(name, _said(old, name), _said(new, name)) for name in changed_fields(old, new)
    ]


def changed_fields(old, new) -> list[str]:
    """The names of the fields in which two tips differ."""
    return [name for name in TIP_FIELDS if getattr(old, name) != getattr(new, name)]


def described(tip) -> list[Difference]:
    """All of a tip, as it is: each field differs from nothing."""
    return [Difference.of(name, "", _said(tip, name)) for name in TIP_FIELDS]


def _said(tip, name: str) -> str | Promise:
    """What a field says to people."""
    value = getattr(tip, name)
    if value in (None, ""):
        return NOTHING
    if name == "published_from":
        return date_format(value)
    choices = Tip._meta.get_field(name).choices  # type: ignore[union-attr]
    return dict(choices).get(value, value) if choices else value
