"""The idempotency key of a form, so that sending it twice has the effect of sending it once."""

import uuid

from django import forms


class SubmissionField(forms.Field):
    """A hidden idempotency key, which identifies a form that is sent twice.

    Users don't type it, so there's no error for an invalid one: the form then counts as new.
    """

    widget = forms.HiddenInput

    def to_python(self, value) -> uuid.UUID:
        try:
            return uuid.UUID(value)
        except (TypeError, ValueError):
            return uuid.uuid4()
