"""Differences between two versions of a row, as text for editors to compare."""

from collections.abc import Container
from typing import NamedTuple

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

NOTHING = _("\N{EN DASH}")


class Difference(NamedTuple):
    """A field's label, and its displayed value in the old and the new version."""

    label: str
    old: str | Promise
    new: str | Promise


def differences(old, new, *, among: Container[str] | None = None) -> list[Difference]:
    """Return the fields, of all or of some, in which two versions differ.

    Either may be a historical record.
    """
    return [
        Difference(_label(new, name), _display_value(old, name), _display_value(new, name))
        for name in changed_fields(old, new)
        if among is None or name in among
    ]


def changed_fields(old, new) -> list[str]:
    """Return the names of the fields in which two versions differ."""
    return [name for name in _fields(new) if getattr(old, name) != getattr(new, name)]


def described(version) -> list[Difference]:
    """Return all fields of a version, each with an empty old value."""
    return [
        Difference(_label(version, name), "", _display_value(version, name))
        for name in _fields(version)
    ]


def _fields(version) -> list[str]:
    """Return the names of the fields that can change, as the version's model lists them.

    For a historical record, that model is its `instance_type`.
    """
    return getattr(version, "instance_type", version).CHANGING_FIELDS


def _label(version, name: str) -> str:
    return str(capfirst(version._meta.get_field(name).verbose_name))


def _display_value(version, name: str) -> str | Promise:
    """Return a field's displayed value."""
    value = getattr(version, name)
    if value in (None, ""):
        return NOTHING
    if name == "published_from":
        return date_format(value)
    choices = version._meta.get_field(name).choices
    return dict(choices).get(value, value) if choices else value
