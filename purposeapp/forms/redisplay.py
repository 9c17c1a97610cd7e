"""Redisplay of a form with the typed values, without validation."""

from collections.abc import Mapping
from typing import Any

from django import forms

from purposeapp.web.held_forms import Typed


def restore_typed(form: forms.BaseForm, typed: Typed | None) -> None:
    """Show what was typed in an unbound form, in place of its initial values. None is nothing."""
    if typed:
        form.initial.update(as_typed(form, typed.data))


def as_typed(form: forms.BaseForm, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return initial values with which an unbound form shows what was typed, valid or not."""
    return {
        name: field.widget.value_from_datadict(data, {}, form.add_prefix(name)) or ""
        for name, field in form.fields.items()
    }
