"""The goals of an export."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext_lazy

from purposeapp.exchange.exporting import GOAL_KEYS
from purposeapp.exchange.hostile_json import NotAnExport, Wrong
from purposeapp.exchange.importing.values import read_split, read_timestamp
from purposeapp.exchange.values import check_keys, read_day
from purposeapp.models import Goal, User
from purposeapp.split import Split

AT_GOAL = gettext_lazy("Goal %(goal)d: %(reason)s")
NOT_A_GOAL = gettext_lazy("This is not a goal.")
ENDED_TOO_EARLY = gettext_lazy("“ended_at” is before “set_at”.")
SECOND_OPEN = gettext_lazy("A goal above has no end either, and only one can hold at a time.")


@dataclass(frozen=True)
class GoalEntry:
    """One goal, as it stands in a file."""

    split: Split
    wanted_by: date | None
    set_at: datetime
    ended_at: datetime | None

    @property
    def key(self) -> tuple[datetime, Split]:
        """What it is recognised by: nobody sets the same goal twice in one microsecond."""
        return self.set_at, self.split


def read_goals(listed: list) -> list[GoalEntry]:
    """The goals in an export, each once, in the order of the file. Raises NotAnExport."""
    goals: dict[tuple[datetime, Split], GoalEntry] = {}
    for number, values in enumerate(listed, start=1):
        try:
            goal = _goal(values)
            known = goals.values()
            if goal.key not in goals and not goal.ended_at and not all(g.ended_at for g in known):
                raise Wrong(SECOND_OPEN)
        except Wrong as wrong:
            raise NotAnExport(AT_GOAL % {"goal": number, "reason": wrong}) from wrong
        goals.setdefault(goal.key, goal)
    return list(goals.values())


def _goal(values) -> GoalEntry:
    if not isinstance(values, dict):
        raise Wrong(NOT_A_GOAL)
    check_keys(values, GOAL_KEYS)
    set_at = read_timestamp(values, "set_at")
    ended_at = None if values["ended_at"] is None else read_timestamp(values, "ended_at")
    if ended_at and ended_at < set_at:
        raise Wrong(ENDED_TOO_EARLY)
    return GoalEntry(read_split(values), read_day(values, "wanted_by"), set_at, ended_at)


def add_goals(user: User, goals: list[GoalEntry]) -> int:
    """Add those goals that `user` lacks, and return how many they were.

    What is there already stays as it is. One that has no end becomes the goal of `user` where
    they have none. Otherwise the one that they have here holds on, and the other one goes on
    record: it ended when the one here was set, or, set after that, at once.
    """
    if not goals:
        return 0
    mine = Goal.objects.for_user(user)
    timestamps = {goal.set_at for goal in goals}
    here = {(goal.set_at, goal.split) for goal in mine.filter(set_at__in=timestamps)}
    current = mine.current().first()
    missing = [goal for goal in goals if goal.key not in here]

    def end_of(goal: GoalEntry) -> datetime | None:
        return goal.ended_at or (max(goal.set_at, current.set_at) if current else None)

    Goal.objects.bulk_create(
        Goal(
            user=user,
            wanted_by=goal.wanted_by,
            set_at=goal.set_at,
            ended_at=end_of(goal),
            **goal.split.as_dict(),
        )
        for goal in missing
    )
    return len(missing)
