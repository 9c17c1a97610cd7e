"""Showing a form again as it was typed, without judging it."""

from collections.abc import Mapping
from typing import Any

from django import forms


def as_typed(form: forms.BaseForm, data: Mapping[str, Any]) -> dict[str, Any]:
    """The initial values that show in an unbound form what was typed, good or not."""
    return {
        name: field.widget.value_from_datadict(data, {}, form.add_prefix(name)) or ""
        for name, field in form.fields.items()
    }
