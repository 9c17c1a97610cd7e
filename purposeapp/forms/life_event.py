"""The form fields for a life event."""

from django import forms
from django.utils.translation import gettext_lazy as _

from purposeapp.models import LifeEvent
from purposeapp.models.assessment import EVENT_WORDS_MAX_LENGTH

from .text import OneLineField

UNKNOWN_EVENT = _("Choose one from the list.")
NO_WORDS = _("Say what happened.")
WORDS_BESIDE_AN_EVENT = _(
    "You chose “%(event)s” above. To use your own words, choose “Something else”. Otherwise "
    "clear this field."
)


class LifeEventForm(forms.Form):
    """Base form with a life event: a choice from the list, or the user's own words."""

    event = forms.ChoiceField(
        label=_("What happened in your life?"),
        choices=[("", _("No answer")), *LifeEvent.choices],
        required=False,
        error_messages={"invalid_choice": UNKNOWN_EVENT},
    )
    event_words = OneLineField(
        label=_("In a few words"),
        help_text=_("Only for “Something else”."),
        max_length=EVENT_WORDS_MAX_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )

    def clean(self) -> None:
        """Check the words against the event. Words without an event imply "Something else"."""
        super().clean()
        if "event" in self.errors or "event_words" in self.errors:
            return
        event, words = self.cleaned_data["event"], self.cleaned_data["event_words"]
        if words and not event:
            self.cleaned_data["event"] = LifeEvent.OTHER
        elif words and event != LifeEvent.OTHER:
            named = {"event": LifeEvent(event).label}
            error = forms.ValidationError(WORDS_BESIDE_AN_EVENT, code="beside", params=named)
            self.add_error("event_words", error)
        elif event == LifeEvent.OTHER and not words:
            self.add_error("event_words", forms.ValidationError(NO_WORDS, code="required"))
