"""The ten points, as they are typed, wherever a form asks for them."""

import re
from typing import Self

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.split import BUDGET, NOT_A_WHOLE_NUMBER, TOO_MANY, Purpose, Split, budget_error

POINTS_LEFT = _("%(rest)d of 10 points left")

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
    keeps to itself what it does not understand.
    """

    def value_from_datadict(self, data, files, name):
        """What was typed; None where the field came more than once, or not at all."""
        values = data.getlist(name) if hasattr(data, "getlist") else [data.get(name)]
        return values[0] if len(values) == 1 else None


class PointsBoundField(forms.BoundField):
    """The field of one purpose in a form."""

    @property
    def points(self) -> int:
        """The points that stand in it now, 0 where that is not a number."""
        try:
            return read_points(str(self.value() or ""))
        except ValueError:
            return 0

    @property
    def was(self) -> int | None:
        """The points that the last split had here; None for somebody's first time."""
        earlier = self.form.earlier  # type: ignore[attr-defined]
        return None if earlier is None else earlier[self.field.purpose]  # type: ignore[attr-defined]

    @property
    def is_changed(self) -> bool:
        """Whether the points are other ones; before the first one is spent, nothing is."""
        return self.was != self.points and self.form.used > 0  # type: ignore[attr-defined]

    @property
    def compared(self) -> str:
        """The last split beside what stands here now, in words."""
        form: TenPointsForm = self.form  # type: ignore[assignment]
        words = form.change_words if self.is_changed else form.earlier_words
        return str(words).format(was=self.was, now=self.points)


class PointsField(forms.Field):
    """The points on one purpose."""

    widget = PointsInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
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

    earlier_words = _("was {was}")
    """What stands beside a purpose, to compare with."""
    change_words = _("was {was}, now {now}")
    """The same, once the points are other ones."""

    csrf_expired = False
    """Whether it came back because its proof of origin had grown old: nothing typed is lost."""

    def __init__(self, *args, earlier: Split | None = None, **kwargs) -> None:
        """A form, which shows beside each purpose what changed since `earlier`, if there is one."""
        super().__init__(*args, **kwargs)
        self.earlier = earlier
        for purpose in Purpose:
            self.fields[purpose.value] = PointsField(purpose)
        self.order_fields(Purpose.values)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        # The template says them: in a summary on top, and at the field that is meant.
        self.helper.form_show_errors = False
        self.helper.layout = Layout(
            *(Field(name, template="purposeapp/_purpose_field.html") for name in Purpose.values)
        )

    @classmethod
    def after_step(cls, data, *, earlier: Split | None = None) -> Self:
        """The form as it was sent, with the step that a + or − button asks for taken.

        A step is the name of a purpose with a sign behind it. One that can't be taken (no
        points left to add, none to take away, not a step at all) changes nothing.
        """
        typed = {
            name: field.widget.value_from_datadict(data, None, name) or ""
            for name, field in cls().fields.items()
        }
        form = cls(initial=typed, earlier=earlier)
        step = data.get("step", "")
        name, sign = step[:-1], step[-1:]
        if name in Purpose.values:
            points = form.points_on(name)
            if sign == "+" and form.rest > 0:
                return cls(initial={**typed, name: points + 1}, earlier=earlier)
            if sign == "-" and points > 0:
                return cls(initial={**typed, name: points - 1}, earlier=earlier)
        return form

    @classmethod
    def redisplay(cls, data, *, earlier: Split | None = None) -> Self:
        """The form as it was sent, when its proof of origin had grown old."""
        form = cls.after_step(data, earlier=earlier)
        form.csrf_expired = True
        return form

    def points_on(self, name: str) -> int:
        """The points that stand in the field of a purpose now."""
        return self[name].points  # type: ignore[attr-defined]

    @property
    def used(self) -> int:
        """The points that stand in the form now, as far as they are numbers."""
        return sum(map(self.points_on, Purpose.values))

    @property
    def rest(self) -> int:
        """The points left to spend; below zero where too many are spent."""
        return BUDGET - self.used

    @property
    def status(self) -> str:
        """Where the budget stands, in words; the same ones that the browser's script uses."""
        if self.rest < 0:
            return TOO_MANY % {"used": self.used, "rest": -self.rest}
        return POINTS_LEFT % {"rest": self.rest}

    def clean(self) -> None:
        """Hold the sum against the budget, once each purpose has a number."""
        super().clean()
        if self.errors.keys().isdisjoint(Purpose.values) and (error := budget_error(self.used)):
            self.add_error(None, forms.ValidationError(error, code="budget"))

    @property
    def split(self) -> Split:
        """How the points were spent. Only a valid form has one."""
        return Split(*(self.cleaned_data[name] for name in Purpose.values))
