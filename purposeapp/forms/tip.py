"""The editors' forms to write, sort and preview tips."""

from dataclasses import replace

from django import forms
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from purposeapp.advice.coverage import movement, with_points
from purposeapp.advice.fit import Direction, Side
from purposeapp.models import Tip
from purposeapp.models.tip import MAX_POSITION, TIP_FIELDS
from purposeapp.split import EVEN_SPLIT, Purpose, Split

from .editors_text import EditorsTextField
from .versioned import VersionedForm, first_unused

MOVED_MEANWHILE = _(
    "A tip has moved since you opened the list, so nothing was saved. This is the list as it is "
    "now."
)
POSITION_OF = _("Position of %(tip)s")
NOT_A_SPLIT = _("Enter five numbers that add up to ten.")
CANNOT_MOVE_SO = _("These points rule out this direction: %(direction)s.")
NO_TEXT = _("Enter the text of the tip.")
NO_PURPOSE = _("Choose a purpose.")
NOT_A_DAY = _("Enter a day as year, month and day, such as 2027-01-31.")

AUDIENCE_FIELDS = {"purpose", "audience", "points_from", "points_to", "direction"}
POSITION_STEP = 10
MAX_KEY_WORDS = 5


class TipForm(VersionedForm):
    """Form for a tip, with an optimistic lock."""

    KEY_HELP = _("You can't change it later. Leave it empty to use the first words.")

    class Meta:
        model = Tip
        fields = ["key", *TIP_FIELDS]
        field_classes = {"text": EditorsTextField}
        help_texts = {
            "audience": _("For job seeking: candidates and employers need different tips."),
            "direction": _("Leave it at “Any”, unless the tip is for a change or for a goal."),
            "position": _(
                "Small numbers come first within a purpose. Gaps are fine: only the order counts."
            ),
            "published_from": _(
                "A published tip appears from this day on (UTC), such as 2027-01-31. Leave it "
                "empty to show it now."
            ),
        }
        error_messages = {
            "text": {"required": NO_TEXT},
            "purpose": {"required": NO_PURPOSE},
            "published_from": {"invalid": NOT_A_DAY},
        }

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk and "position" in self.fields:
            self.fields["position"].required = False
            self.fields["position"].help_text = _(
                "Small numbers come first within a purpose. Gaps are fine: only the order counts. "
                "Leave it empty to add the tip at the end."
            )
            self.initial.pop("position", None)
            self.fields["position"].initial = None

    def clean(self) -> dict:
        values = super().clean()
        # Here, because the errors of constraints stand above the form and not at a field.
        if not AUDIENCE_FIELDS & set(self.errors) and (error := self.typed().audience_error()):
            self.add_error(*error)
        if not self.instance.pk:
            self._fill_in(values)
        return values

    def _fill_in(self, values: dict) -> None:
        purpose, text = values.get("purpose"), values.get("text")
        if purpose and text and not values.get("key") and "key" not in self.errors:
            values["key"] = unused_key(purpose, text)
        if purpose and values.get("position") is None and "position" not in self.errors:
            last = Tip.objects.filter(purpose=purpose).aggregate(last=Max("position"))["last"] or 0
            values["position"] = min(last + POSITION_STEP, MAX_POSITION)


def unused_key(purpose: str, text: str) -> str:
    """Return a unique key for a new tip, a slug of its first words."""
    words = slugify(text).split("-")[:MAX_KEY_WORDS]
    key = "-".join([purpose.partition("_")[0], *words])[:45].strip("-")
    return first_unused(key, Tip.objects)


class PositionForm(forms.ModelForm):
    """Form for a tip's position, with an optimistic lock. Only changed positions are saved."""

    class Meta:
        model = Tip
        fields = ["position"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        # Send the original value along. Otherwise a position that a colleague has changed in the
        # meantime would look as if this editor had changed it back.
        self.fields["position"].show_hidden_initial = True
        self.fields["position"].widget.attrs["aria-label"] = POSITION_OF % {"tip": self.instance}

    def clean_position(self) -> int:
        shown = self.data.get(self.add_initial_prefix("position"))
        arrows = (f"up {self.instance.pk}", f"down {self.instance.pk}")
        moves = "position" in self.changed_data or self.data.get("_save") in arrows
        if moves and shown != str(self.initial["position"]):
            raise forms.ValidationError(MOVED_MEANWHILE, code="conflict")
        return self.cleaned_data["position"]


class SplitField(forms.CharField):
    """A split, in the form that its URL uses."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Split"),
            max_length=20,
            help_text=_("Such as 6-2-2-0-0, in the order of the purposes."),
            error_messages={"required": NOT_A_SPLIT, "max_length": NOT_A_SPLIT},
        )

    def clean(self, value: str) -> Split:
        """Return the parsed split."""
        try:
            return Split.parse(super().clean(value))
        except ValueError as error:
            raise forms.ValidationError(NOT_A_SPLIT, code="split") from error


class PreviewForm(forms.Form):
    """The settings of a preview: a split, the direction of change, and a side of job seeking."""

    split = SplitField()
    direction = forms.ChoiceField(label=_("Direction"), choices=Direction.choices, required=False)
    side = forms.ChoiceField(label=_("Job seeking"), choices=Side.choices, required=False)

    def __init__(self, tip: Tip | None, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.tip = tip
        if tip is None:
            del self.fields["direction"]
        for field in self.fields.values():
            is_choice = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if is_choice else "form-control"

    def add_prefix(self, field_name: str) -> str:
        """Use the query parameters' names, which don't clash with the tip's own fields."""
        return {"side": "as", "direction": "moves"}.get(field_name, field_name)

    def clean(self) -> dict:
        values = super().clean() or self.cleaned_data
        if "split" not in values or self.errors:
            return values
        direction = Direction(values.get("direction") or Direction.ANY)
        purpose = Purpose(self.tip.purpose) if self.tip else Purpose.BUSINESS_DRIVEN
        try:
            situation = movement(values["split"], purpose, direction)
        except ValueError:
            error = CANNOT_MOVE_SO % {"direction": direction.label}
            self.add_error("direction", forms.ValidationError(error, code="direction"))
            return values
        side = Side(values.get("side") or Side.BOTH)
        values["situation"] = replace(situation, side=side)
        return values


def suggested_choice(tip: Tip | None) -> dict[str, str]:
    """Return the initial values of a preview: if possible, a split that gets the tip."""
    if tip is None:
        return {"split": str(EVEN_SPLIT), "as": Side.BOTH.value}
    points = min(max(tip.points_from, min(6, tip.points_to)), 10)
    if tip.direction in (Direction.RISING, Direction.NEW):
        points = max(points, 1)
    if tip.direction == Direction.GONE:
        points = 0
    if tip.direction == Direction.FALLING:
        points = max(tip.points_from, min(points, 9))
    split = with_points(Purpose(tip.purpose), points, like=EVEN_SPLIT)
    return {"split": str(split), "moves": tip.direction, "as": Side.BOTH.value}
