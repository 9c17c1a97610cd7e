"""The questionnaire form: ten points that become an assessment."""

import uuid

from purposeapp.models import Assessment

from .submission import SubmissionField
from .ten_points import TenPointsForm


class QuestionnaireForm(TenPointsForm):
    """The questionnaire. Idempotent: sent again, it leads to the same assessment."""

    submission = SubmissionField(required=False, initial=uuid.uuid4)

    def save(self, *, user) -> Assessment:
        """Record the split for `user`. A form that is sent again returns the same assessment."""
        return Assessment.objects.record(
            user=user, split=self.split, submission=self.cleaned_data["submission"]
        )
