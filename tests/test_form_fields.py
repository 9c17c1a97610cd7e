"""Form fields from the cache are identical to what crispy-forms renders."""

from datetime import date

import pytest
from crispy_forms.templatetags.crispy_forms_filters import as_crispy_field
from django import forms

from purposeapp.templatetags.fragments import form_field
from purposeapp.web import fragments


class EveryKind(forms.Form):
    words = forms.CharField(label="Your words", help_text="A <b>few</b>.", required=False)
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}), max_length=9)
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    event = forms.ChoiceField(choices=[("", "Nothing"), ("move", "A move"), ("job", "A job")])
    rhythm = forms.ChoiceField(choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    agreed = forms.BooleanField()
    secret = forms.CharField(widget=forms.PasswordInput)
    file = forms.FileField(required=False)


SENT = {"words": "so", "note": "</textarea>\n", "day": "2026-03-01", "event": "job"}
SENT |= {"rhythm": "b", "agreed": "on", "secret": "ten points"}
SHOWN = [
    EveryKind,
    lambda: EveryKind(initial={"words": '"><b>', "note": "\nso\n", "day": date(2026, 3, 1)}),
    lambda: EveryKind(initial={"event": "move", "rhythm": "a", "agreed": True, "words": ""}),
    lambda: EveryKind(SENT),
    lambda: EveryKind({**SENT, "note": "late-typed-value"}),
    lambda: EveryKind({**SENT, "day": "nonsense", "event": "none", "note": "far too long"}),
    lambda: EveryKind(prefix="b", use_required_attribute=False),
]


@pytest.mark.parametrize("name", EveryKind.base_fields)
def test_each_field_in_each_state(name):
    fragments._render.cache_clear()
    for _ in range(2):
        for make in SHOWN:
            assert form_field(make()[name]).strip() == as_crispy_field(make()[name]).strip()


def test_what_is_typed_is_not_kept():
    fragments._render.cache_clear()
    for number in range(5):
        form_field(EveryKind(initial={"note": f"note {number}"})["note"])
    assert fragments._render.cache_info().currsize == 1
