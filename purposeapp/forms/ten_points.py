"""The ten points, as they are typed, wherever a form asks for them."""

import re
from functools import cached_property
from typing import Self

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.models import Assessment
from purposeapp.split import BUDGET, NOT_A_WHOLE_NUMBER, TOO_MANY, Purpose, Split, budget_error

from .redisplay import as_typed

POINTS_LEFT = _("%(rest)d of 10 points left")
ANNOUNCEMENT = _("%(purpose)s %(points)d. %(status)s.")

MAX_DIGITS = 6
"""Digits that a number may have and still be counted: enough to say by how much it is over."""


def read_points(text: str) -> int:
    """The whole number that somebody typed: spaces around it don't matter, a blank is 0.

    It may be more than the budget: that is for the sum to say. Raises ValueError for anything
    but the digits 0 to 9, so for signs, decimals, exponents and the digits of other scripts.
    """
    digits = text.strip()
    if not re.fullmatch("[0-9]*", digits):
        raise ValueError(f"not a whole number: {text[:20]!r}")
    digits = digits.lstrip("0")
    if len(digits) > MAX_DIGITS:
        raise ValueError("a number longer than anybody could mean")
    return int(digits or 0)


class PointsInput(forms.TextInput):
    """A text field for a small number.

    Not type="number": there the wheel of a mouse changes what was typed, and the browser
    keeps to itself what it does not understand. The template writes the tag.
    """

    def value_from_datadict(self, data, files, name):
        """What was typed; None where the field came more than once, or not at all."""
        values = data.getlist(name) if hasattr(data, "getlist") else [data.get(name)]
        return values[0] if len(values) == 1 else None


class PointsBoundField(forms.BoundField):
    """The field of one purpose in a form."""

    form: "TenPointsForm"
    field: "PointsField"

    @property
    def points(self) -> int:
        """The current value in points, 0 where that is not a number."""
        return self.form.points[self.name]

    @property
    def earlier_points(self) -> int | None:
        """The points that the last split had here; None for somebody's first time."""
        earlier = self.form.earlier
        return None if earlier is None else earlier[self.field.purpose]

    @property
    def is_changed(self) -> bool:
        """Whether the points are other ones; before the first one is spent, nothing is."""
        return self.earlier_points != self.points and self.form.points_used > 0

    @property
    def compared(self) -> str:
        """The last split compared with the current value, in words."""
        words = self.form.change_words if self.is_changed else self.form.earlier_words
        return words % {"was": self.earlier_points, "now": self.points}


class PointsField(forms.Field):
    """The points on one purpose."""

    widget = PointsInput
    bound_field_class = PointsBoundField

    def __init__(self, purpose: Purpose) -> None:
        super().__init__(
            label=purpose.label, help_text=purpose.description, required=False, initial=0
        )
        self.purpose = purpose

    def to_python(self, value) -> int:
        if value is None:
            raise forms.ValidationError(NOT_A_WHOLE_NUMBER, code="missing")
        try:
            return read_points(str(value))
        except ValueError as error:
            raise forms.ValidationError(NOT_A_WHOLE_NUMBER, code="invalid") from error


class TenPointsForm(forms.Form):
    """Ten points to spend on five purposes. Whatever else a form asks stands behind them."""

    left_words = POINTS_LEFT
    too_many_words = TOO_MANY
    earlier_words = _("was %(was)d")
    """What is shown of the last split at a purpose, to compare with."""
    change_words = _("was %(was)d, now %(now)d")
    """The same, once the points are other ones."""
    announcement_words = ANNOUNCEMENT
    """What a screen reader is told of a change."""

    def __init__(self, *args, last: Assessment | None = None, **kwargs) -> None:
        """A form, which shows beside each purpose what changed since `last`, if there is one."""
        super().__init__(*args, **kwargs)
        self.compare_with(last)
        for purpose in Purpose:
            self.fields[purpose.value] = PointsField(purpose)
        self.order_fields(Purpose.values)

    def compare_with(self, last: Assessment | None) -> None:
        """Show beside each purpose what changed since `last`."""
        self.last = last
        self.earlier = last.split if last else None

    @classmethod
    def redisplay(cls, data, *, last: Assessment | None = None) -> Self:
        """An unbound form that shows what was sent, once the stepper button in it is obeyed.

        A + or − button sends `step`, the name of a purpose with its sign behind it. A step that
        can't be taken (no points left to add, none to take away, not a step at all) changes
        nothing.
        """
        form = cls(last=last)
        form.initial = as_typed(form, data)
        step = data.get("step", "")
        name, sign = step[:-1], step[-1:]
        if name not in Purpose.values:
            return form
        may_add = sign == "+" and form.points_left > 0
        may_take = sign == "-" and form.points[name] > 0
        if may_add or may_take:
            form.points[name] += 1 if may_add else -1
            form.initial[name] = form.points[name]
        return form

    @property
    def purpose_fields(self) -> list[forms.BoundField]:
        """The fields of the five purposes, in their fixed order."""
        return [self[name] for name in Purpose.values]

    @cached_property
    def points(self) -> dict[str, int]:
        """The current values in points, by field name, 0 where that is not a number.

        Each text is parsed once: in a form that was sent by its field, else from the initial.
        """
        if self.is_bound:
            self.is_valid()  # which fills cleaned_data
            return {name: self.cleaned_data.get(name, 0) for name in Purpose.values}
        return {name: self._initial_points(name) for name in Purpose.values}

    def _initial_points(self, name: str) -> int:
        try:
            return read_points(str(self.get_initial_for_field(self.fields[name], name) or ""))
        except ValueError:
            return 0

    @property
    def points_used(self) -> int:
        """The sum of the current values, as far as they are numbers."""
        return sum(self.points.values())

    @property
    def points_left(self) -> int:
        """The points left to spend; below zero where too many are spent."""
        return BUDGET - self.points_used

    @property
    def status(self) -> str:
        """The state of the budget, in words; the browser's script fills the same patterns."""
        if self.points_left < 0:
            return self.too_many_words % {"used": self.points_used, "rest": -self.points_left}
        return self.left_words % {"rest": self.points_left}

    def clean(self) -> None:
        """Hold the sum against the budget, once each purpose has a number."""
        super().clean()
        if self.errors.keys().isdisjoint(Purpose.values) and (
            error := budget_error(self.points_used)
        ):
            self.add_error(None, forms.ValidationError(error, code="budget"))

    @property
    def split(self) -> Split:
        """How the points were spent. Only a valid form has one."""
        return Split(**self.points)


class FutureForm(TenPointsForm):
    """Where somebody would like their ten points to be, compared with where they are now."""

    earlier_words = _("now %(was)d")
    change_words = _("now %(was)d, future %(now)d")
