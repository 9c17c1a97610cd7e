"""The tips of an assessment: in the words of its day, with what its person did about them since."""

from django.db.models import Exists, OuterRef

from purposeapp.models import Assessment, Tick, Tip, User
from purposeapp.result import Result
from purposeapp.tips.fit import Situation


def checklist(assessment: Assessment, situation: Situation, user: User) -> Result:
    """The result of an assessment, each tip as its readers saw it when it was recorded.

    Every tip knows its `tick`, which is the same for all assessments, and `can_be_ticked`: one
    that was deleted since can't.
    """
    ticks = {tick.tip_id: tick for tick in Tick.objects.for_user(user)}
    declined = [id for id, tick in ticks.items() if tick.verdict == Tick.Verdict.NOT_FOR_ME]
    tips = (
        Tip.history.as_readers_saw_them(assessment.recorded_at)
        .fitting(situation, declined)
        .annotate(can_be_ticked=Exists(Tip.objects.filter(id=OuterRef("id"))))
        .only("id", "key", "purpose", "audience", "points_from", "points_to", "direction", "text",
              "position")
    )  # fmt: skip
    for tip in tips:
        tip.tick = ticks.get(tip.id)
    return Result(situation, tips, declined)
