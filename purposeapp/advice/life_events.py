"""Life events: what can happen in a person's life, and how it usually changes their points."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from purposeapp.split import Purpose, Split


class LifeEvent(TextChoices):
    """Events in a person's life that often move points."""

    NEW_JOB = "new_job", _("New job")
    REDUNDANCY = "redundancy", _("Redundancy")
    PROMOTION = "promotion", _("Promotion")
    OWN_BUSINESS = "own_business", _("Started a business")
    STUDY = "study", _("Study")
    PARENTAL_LEAVE = "parental_leave", _("Parental leave")
    RETIREMENT = "retirement", _("Retirement")
    OTHER = "other", _("Something else")


def event_label(event: str, words: str) -> str:
    """Return a life event in words: the person's own, or else its label; empty if there is none."""
    return words or (str(LifeEvent(event).label) if event else "")


ENCOURAGEMENTS: dict[LifeEvent, str | Promise] = {
    LifeEvent.NEW_JOB: _("Congratulations on the new job! Give your points time to settle."),
    LifeEvent.REDUNDANCY: _(
        "Losing a job is hard, and it says nothing about your worth. One step a day is enough."
    ),
    LifeEvent.PROMOTION: _("Congratulations on your promotion! Thank the people who helped."),
    LifeEvent.OWN_BUSINESS: _(
        "Congratulations on starting your own business! Start with people you know."
    ),
    LifeEvent.STUDY: _("Enjoy your studies! Few people come to LinkedIn with better questions."),
    LifeEvent.PARENTAL_LEAVE: _("Enjoy this time. Your network will still be there later."),
    LifeEvent.RETIREMENT: _("Congratulations! What you know is worth passing on."),
    LifeEvent.OTHER: _("Thanks for writing it down. It will help you read your history later."),
}
"""The message to a person who has just recorded an event."""

USUAL_CHANGES: dict[LifeEvent, tuple[tuple[Purpose, str, int], ...]] = {
    LifeEvent.NEW_JOB: (
        (Purpose.JOB_SEEKING, "at most", 0),
        (Purpose.COMMUNITY_SPIRIT, "at least", 3),
    ),
    LifeEvent.REDUNDANCY: ((Purpose.JOB_SEEKING, "at least", 8),),
    LifeEvent.PROMOTION: (
        (Purpose.JOB_SEEKING, "at most", 0),
        (Purpose.BUSINESS_DRIVEN, "at least", 5),
    ),
    LifeEvent.OWN_BUSINESS: ((Purpose.BUSINESS_DRIVEN, "at least", 6),),
    LifeEvent.STUDY: ((Purpose.LEARNING_SPONGE, "at least", 6),),
    LifeEvent.PARENTAL_LEAVE: (
        (Purpose.BUSINESS_DRIVEN, "at most", 1),
        (Purpose.LEARNING_SPONGE, "at least", 4),
    ),
    LifeEvent.RETIREMENT: (
        (Purpose.BUSINESS_DRIVEN, "at most", 0),
        (Purpose.JOB_SEEKING, "at most", 0),
        (Purpose.COMMUNITY_SPIRIT, "at least", 5),
    ),
}
"""The limits of points on purposes after an event: a guess that people can change as they like."""


def usual_split(event: LifeEvent, now: Split) -> Split:
    """Return the split that a person with the split `now` may expect after an event.

    Points are taken one by one from the largest of the other purposes, or given to the largest of
    those without an upper limit. An event without a usual change leaves the split as it is.
    """
    found = {purpose: now[purpose] for purpose in Purpose}
    limits = USUAL_CHANGES.get(event, ())
    full = {purpose for purpose, bound, _points in limits if bound == "at most"}
    for purpose, bound, points in limits:
        limit = min if bound == "at most" else max
        target = limit(found[purpose], points)
        while found[purpose] != target:
            by = 1 if found[purpose] < target else -1
            others = [each for each in Purpose if each != purpose and (by > 0 or each not in full)]
            largest = max(others, key=found.__getitem__)
            found[purpose] += by
            found[largest] -= by
    return Split(*found.values())
