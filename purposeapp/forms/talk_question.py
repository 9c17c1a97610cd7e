"""The editors' form for a talk question. No change may leave a topic without a question."""

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from purposeapp.discussion.questions import (
    PLACEHOLDER,
    PLACEHOLDERS,
    Finding,
    Topic,
    possible_findings,
    unknown_placeholders,
    without_wording,
    wording_for,
)
from purposeapp.models import TalkQuestion
from purposeapp.models.talk_question import QUESTION_FIELDS

from .editors_text import PlainTextField
from .versioned import VersionedForm, first_unused

UNKNOWN_PLACEHOLDER = _("{%(name)s} can't be filled in here. You can use: %(known)s.")
LONE_BRACE = _("Use { and } only around a word that is filled in, such as {name}.")
NEVER_ABOUT_IT = _("This topic is never about that purpose. Leave it empty.")


class TalkQuestionForm(VersionedForm):
    """Form for a question, with an optimistic lock. Invalid if a topic would lose its last one."""

    KEY_HELP = _("You can't change it later. Leave it empty to use the topic.")

    class Meta:
        model = TalkQuestion
        fields = ["key", *QUESTION_FIELDS]
        field_classes = {"text": PlainTextField}
        help_texts = {
            "text": _(
                "What the inviter asks the guest. The guest's questions to the inviter are the same"
                " the other way round. We fill in {name} (who asks) and {purpose} (the purpose"
                " it's about). Some topics also have {points}, {other_points}, {guess} or {target}."
                " If you use one that this topic doesn't have, we'll list the ones it has when you"
                " save."
                " Plain text, no Markdown."
            )
        }

    def clean(self) -> dict:
        values = super().clean()
        if "topic" in values and "text" in values:
            self._refuse_unknown_placeholders(Topic(values["topic"]), values["text"])
        if not self.errors:
            if not any(wording_for(finding, [self.typed()]) for finding in possible_findings()):
                self.add_error("purpose", forms.ValidationError(NEVER_ABOUT_IT, code="purpose"))
            if not self.instance.pk and not values.get("key"):
                values["key"] = unused_key(self.typed())
            for error in _gap_errors(gaps_after(self.typed())):
                self.add_error(None, forms.ValidationError(error, code="gap"))
        return values

    def _refuse_unknown_placeholders(self, topic: Topic, text: str) -> None:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS[topic])
        for name in unknown_placeholders(topic, text):
            words = UNKNOWN_PLACEHOLDER % {"name": name, "known": known}
            self.add_error("text", forms.ValidationError(words, code="placeholder"))
        if {"{", "}"} & set(PLACEHOLDER.sub("", text)):
            self.add_error("text", forms.ValidationError(LONE_BRACE, code="placeholder"))


def unused_key(question: TalkQuestion) -> str:
    """Return a unique key for a new question, made from its topic and purpose."""
    words = f"{question.topic} {question.purpose.partition('_')[0]}"
    return first_unused(slugify(words.replace("_", "-")), TalkQuestion.objects)


def gaps_after(changed: TalkQuestion) -> list[Finding]:
    """Return the findings that would lose their last question if `changed` is saved.

    Call it under the table lock.
    """
    published = list(TalkQuestion.objects.published())
    after = [question for question in published if question.pk != changed.pk]
    if changed.state == TalkQuestion.State.PUBLISHED:
        after.append(changed)
    before = without_wording(published)
    return [gap for gap in without_wording(after) if gap not in before]


def _gap_errors(gaps: list[Finding]) -> list[str]:
    """Return one error message for each topic that would lose questions."""
    purposes: dict[Topic, list[str]] = {}
    for gap in gaps:
        purposes.setdefault(gap.topic, []).extend([str(gap.purpose.label)] if gap.purpose else [])
    return [
        gettext("Without this, “%(topic)s” has no question for: %(purposes)s.")
        % {"topic": topic.label, "purposes": ", ".join(labels)}
        if labels
        else gettext("Without this, “%(topic)s” has no question.") % {"topic": topic.label}
        for topic, labels in purposes.items()
    ]
