"""The questionnaire: ten points that become an assessment."""

import uuid

from django import forms

from purposeapp.models import Assessment

from .ten_points import TenPointsForm


class SubmissionField(forms.Field):
    """The hidden id by which a form that is sent twice is recognised.

    Nobody types it, so nobody is told that it is wrong: without a good one, the form counts
    as one that was never sent before.
    """

    widget = forms.HiddenInput

    def to_python(self, value) -> uuid.UUID:
        try:
            return uuid.UUID(value)
        except (TypeError, ValueError):
            return uuid.uuid4()


class QuestionnaireForm(TenPointsForm):
    """The questionnaire. Sent again, it leads to the assessment that it made."""

    submission = SubmissionField(required=False, initial=uuid.uuid4)

    def save(self, *, user) -> Assessment:
        """Record the split for `user`; the same form sent again returns the same assessment."""
        return Assessment.objects.record(
            user=user, split=self.split, submission=self.cleaned_data["submission"]
        )
