"""What differs between two versions of a row, in words: for editors who compare them."""

from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

NOTHING = _("\N{EN DASH}")


class Difference(NamedTuple):
    """A field, and what each of two versions says in it."""

    label: str
    old: str | Promise
    new: str | Promise


def differences(old, new) -> list[Difference]:
    """The fields in which two versions differ; either may be one out of the history."""
    return [
        Difference(_label(new, name), _said(old, name), _said(new, name))
        for name in changed_fields(old, new)
    ]


def changed_fields(old, new) -> list[str]:
    """The names of the fields in which two versions differ."""
    return [name for name in _fields(new) if getattr(old, name) != getattr(new, name)]


def described(version) -> list[Difference]:
    """All of a version, as it is: each field differs from nothing."""
    return [
        Difference(_label(version, name), "", _said(version, name)) for name in _fields(version)
    ]


def _fields(version) -> list[str]:
    """The fields that can change; a record of the history names the model that it is of."""
    return getattr(version, "instance_type", version).CHANGING_FIELDS


def _label(version, name: str) -> str:
    return str(capfirst(version._meta.get_field(name).verbose_name))


def _said(version, name: str) -> str | Promise:
    """What a field says to people."""
    value = getattr(version, name)
    if value in (None, ""):
        return NOTHING
    if name == "published_from":
        return date_format(value)
    choices = version._meta.get_field(name).choices
    return dict(choices).get(value, value) if choices else value
