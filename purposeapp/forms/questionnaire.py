"""The questionnaire form: ten points that become an assessment."""

import uuid

from django import forms

from purposeapp.models import Assessment

from .ten_points import TenPointsForm


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


class QuestionnaireForm(TenPointsForm):
    """The questionnaire. Idempotent: sent again, it leads to the same assessment."""

    submission = SubmissionField(required=False, initial=uuid.uuid4)

    def save(self, *, user) -> Assessment:
        """Record the split for `user`. A form that is sent again returns the same assessment."""
        return Assessment.objects.record(
            user=user, split=self.split, submission=self.cleaned_data["submission"]
        )
