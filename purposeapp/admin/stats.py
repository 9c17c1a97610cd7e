"""Usage statistics: row counts, estimated for large tables."""

import json
from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils import timezone

from purposeapp.models import Assessment, User

MAX_EXACT_COUNT = 10_000
"""Maximum number of rows to count exactly, in a millisecond or two. Beyond, it's an estimate."""

RECENT = timedelta(days=30)


class Count(NamedTuple):
    """A number of rows, and whether it's an estimate."""

    number: int
    is_estimate: bool


class Usage(NamedTuple):
    """The numbers of accounts and assessments, in total and of the last 30 days."""

    accounts: Count
    recent_accounts: Count
    assessments: Count
    recent_assessments: Count


def usage() -> Usage:
    """Return the numbers of accounts and assessments, and nothing of their contents."""
    since = timezone.now() - RECENT
    return Usage(
        *_counts(User.objects.all(), date_joined__gte=since),
        *_counts(Assessment.objects.all(), recorded_at__gte=since),
    )


def _counts(rows: QuerySet, **recent: Any) -> tuple[Count, Count]:
    some = rows.order_by().values("pk")[: MAX_EXACT_COUNT + 1].count()
    if some <= MAX_EXACT_COUNT:
        return Count(some, False), Count(rows.filter(**recent).count(), False)
    return _estimate(rows), _estimate(rows.filter(**recent))


def _estimate(rows: QuerySet) -> Count:
    """Return the PostgreSQL planner's row estimate, rounded to two digits, as it's imprecise."""
    plan = rows.order_by().values("pk").explain(format="json")
    number = json.loads(plan)[0]["Plan"]["Plan Rows"]
    return Count(int(float(f"{number:.1e}")), True)
