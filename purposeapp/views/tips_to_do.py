"""The checklist of today: tips for the latest result that the user hasn't ticked yet."""

from collections.abc import Collection

from purposeapp.advice.fit import Situation
from purposeapp.advice.selection import Advice, choose
from purposeapp.models import Assessment, User
from purposeapp.timeline.progress import Progress
from purposeapp.web.published import published


def tips_to_do(
    user: User,
    latest: Assessment,
    earlier: Assessment | None,
    progress: Progress | None,
    ticked: Collection[int],
) -> list[Advice]:
    """Return the advice on `latest` that has tips to do, from the tips as published now.

    `ticked` are the ids of the tips that are done or skipped; others replace them.
    """
    situation = Situation(
        latest.split,
        earlier=earlier.split if earlier else None,
        wanted=progress.wanted if progress else None,
        side=user.effective_side,
    )
    tips = published().tips.fitting(situation, ticked)
    return [advice for advice in choose(situation, tips, ticked) if advice.at_once]
