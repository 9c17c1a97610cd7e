"""The ten-points form: fields and base class for all forms that ask for a split."""

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
"""Maximum number of digits of a number: enough to say by how much the sum is over the budget."""


def read_points(text: str) -> int:
    """Parse a whole number. Surrounding spaces are ignored, and blank text is 0.

    It may exceed the budget, because the sum is checked later. Raises ValueError for anything but
    the digits 0 to 9: signs, decimals, exponents and the digits of other scripts.
    """
    digits = text.strip()
    if not re.fullmatch("[0-9]*", digits):
        raise ValueError(f"not a whole number: {text[:20]!r}")
    digits = digits.lstrip("0")
    if len(digits) > MAX_DIGITS:
        raise ValueError("a number longer than anyone could mean")
    return int(digits or 0)


class PointsInput(forms.TextInput):
    """A text input for a small number. The template renders the tag.

    Not type="number", because there the mouse wheel changes the value, and the browser doesn't
    send text that it can't parse.
    """

    def value_from_datadict(self, data, files, name):
        """Return what was typed, or None if the field was sent several times or not at all."""
        values = data.getlist(name) if hasattr(data, "getlist") else [data.get(name)]
        return values[0] if len(values) == 1 else None


class PointsBoundField(forms.BoundField):
    """The bound field of one purpose."""

    form: "TenPointsForm"
    field: "PointsField"

    @property
    def points(self) -> int:
        """The current value in points, or 0 if it's not a number."""
        return self.form.points[self.name]

    @property
    def earlier_points(self) -> int | None:
        """The points of this purpose in the last split, or None if there is none."""
        earlier = self.form.earlier
        return None if earlier is None else earlier[self.field.purpose]

    @property
    def is_changed(self) -> bool:
        """Whether the points differ from the last split. Never before the first point is spent."""
        return self.earlier_points != self.points and self.form.points_used > 0

    @property
    def compared(self) -> str:
        """The comparison of the last split with the current value, as text."""
        words = self.form.change_words if self.is_changed else self.form.earlier_words
        return words % {"was": self.earlier_points, "now": self.points}


class PointsField(forms.Field):
    """Form field for the points of one purpose."""

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
    """Base form for ten points spent on five purposes. Subclasses' own fields follow these."""

    left_words = POINTS_LEFT
    too_many_words = TOO_MANY
    earlier_words = _("was %(was)d")
    """The text next to a purpose that shows its points in the last split."""
    change_words = _("was %(was)d, now %(now)d")
    """The same, if the points have changed."""
    announcement_words = ANNOUNCEMENT
    """What a screen reader announces when the points change."""

    def __init__(self, *args, last: Assessment | None = None, **kwargs) -> None:
        """Initialize the form. It shows next to each purpose what has changed since `last`."""
        super().__init__(*args, **kwargs)
        self.compare_with(last)
        for purpose in Purpose:
            self.fields[purpose.value] = PointsField(purpose)
        self.order_fields(Purpose.values)

    def compare_with(self, last: Assessment | None) -> None:
        """Show next to each purpose what has changed since `last`."""
        self.last = last
        self.earlier = last.split if last else None

    @classmethod
    def redisplay(cls, data, *, last: Assessment | None = None) -> Self:
        """Return an unbound form with the submitted values, after the pressed stepper button.

        A + or − button sends `step`, a purpose's name followed by the sign. An invalid step (no
        points left to add, none to take away, an unknown value) changes nothing.
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
        """The current values in points by field name, or 0 if not a number.

        Each text is parsed once: in a bound form by its field, otherwise from its initial value.
        """
        if self.is_bound:
            self.is_valid()  # fills cleaned_data
            return {name: self.cleaned_data.get(name, 0) for name in Purpose.values}
        return {name: self._initial_points(name) for name in Purpose.values}

    def _initial_points(self, name: str) -> int:
        try:
            return read_points(str(self.get_initial_for_field(self.fields[name], name) or ""))
        except ValueError:
            return 0

    @property
    def points_used(self) -> int:
        """The sum of the current values."""
        return sum(self.points.values())

    @property
    def is_blank(self) -> bool:
        """Whether nothing is spent yet, and nothing was submitted."""
        return not self.points_used and not self.is_bound

    @property
    def points_left(self) -> int:
        """The points left to spend. Negative if too many are spent."""
        return BUDGET - self.points_used

    @property
    def status(self) -> str:
        """The state of the budget, as text. The page's script uses the same patterns."""
        if self.points_left < 0:
            return self.too_many_words % {"used": self.points_used, "rest": -self.points_left}
        return self.left_words % {"rest": self.points_left}

    def clean(self) -> None:
        """Check the sum against the budget, if all five purposes are valid."""
        super().clean()
        if self.errors.keys().isdisjoint(Purpose.values) and (
            error := budget_error(self.points_used)
        ):
            self.add_error(None, forms.ValidationError(error, code="budget"))

    @property
    def split(self) -> Split:
        """The submitted split. Only a valid form has one."""
        return Split(**self.points)


class FutureForm(TenPointsForm):
    """The split that the user would like in the future, compared with the current one."""

    earlier_words = _("now %(was)d")
    change_words = _("now %(was)d, future %(now)d")
