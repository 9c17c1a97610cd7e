"""Pending results: results that a visitor submitted before signing in, held in the session.

They move to the history of the user who signs in with that session, however they do: with a new
or an existing account, a password, a code or LinkedIn. All of these send Django's
`user_logged_in` signal.
"""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import ngettext

from purposeapp import sentences
from purposeapp.models import Assessment, Reminder, User
from purposeapp.models.assessment import HistoryFullError
from purposeapp.split import Split
from purposeapp.web.account_key import MAX_KEY_LENGTH, account_key
from purposeapp.web.idempotency import key_of_new_session
from purposeapp.web.visitors import may_begin_session

MAX_PENDING = 20
"""Maximum number of pending results in one session. The oldest are dropped first."""

SESSION_KEY = "pending_results"

JUST_RECORDED = "just_recorded"
"""Session key: the id of the last recorded result."""
JUST_CLAIMED = "just_claimed"
"""Session key: the URLs of the assessments just made from pending results, by split."""


class PendingResult(NamedTuple):
    """One pending result."""

    split: Split
    submission: UUID
    taken_at: datetime
    is_own: bool
    """Whether the visitor has claimed the result as their own, and not only sent the points."""
    account: str = ""
    """The key of the account whose session expired while its owner had the form open, if any."""
    side: str = ""
    """The side of job seeking that the visitor chose on the page of the result, if any."""

    @property
    def headline(self) -> str:
        return sentences.headline(self.split)

    def claim(self, user: User) -> Assessment:
        """Record it for `user`, with the time at which it was submitted. Idempotent.

        As for any new result, it postpones the user's periodic reminder. If they have not chosen a
        side of job seeking yet, the visitor's choice becomes theirs.
        """
        assessment = Assessment.objects.record(
            user=user, split=self.split, submission=self.submission, taken_at=self.taken_at
        )
        User.objects.choose_side(user, self.side)
        day = timezone.localdate(assessment.taken_at, user.zone)
        Reminder.objects.for_user(user).postpone_after(day)
        return assessment


def add_pending_result(
    request: HttpRequest,
    *,
    split: Split,
    submission: UUID,
    is_own: bool = False,
    account: str = "",
    side: str = "",
) -> None:
    """Add a pending result to the session. Idempotent: a form that is sent twice adds one.

    Concurrent requests lose no result, even if the browser has no session yet. If a network
    address has too many sessions, nothing is added for another browser.
    """
    if not may_begin_session(request):
        return
    result = {"split": str(split), "submission": str(submission)}
    taken_at = timezone.now().isoformat()
    key = account[:MAX_KEY_LENGTH]
    entry = {**result, "taken_at": taken_at, "is_own": is_own, "account": key, "side": side}
    session = request.session

    def add() -> None:
        waiting = session.get(SESSION_KEY, [])
        if not any(result.items() <= other.items() for other in waiting):
            session[SESSION_KEY] = [*waiting, entry][-MAX_PENDING:]

    session.change(add, key_of_new_session(request))  # type: ignore[attr-defined]


def pending_results(session: SessionBase) -> list[PendingResult]:
    """Return the session's pending results, oldest first."""
    return [
        PendingResult(
            Split.parse(result["split"]),
            UUID(result["submission"]),
            datetime.fromisoformat(result["taken_at"]),
            result.get("is_own", False),
            result.get("account", ""),
            result.get("side", ""),
        )
        for result in session.get(SESSION_KEY, [])
    ]


def drop_pending_results(session: SessionBase) -> None:
    """Remove all pending results from the session."""
    session.pop(SESSION_KEY, None)


def is_pending(session: SessionBase, split: Split) -> bool:
    """Return whether the session has a pending result with this split."""
    return any(result.split == split for result in pending_results(session))


def mark_as_own(session: SessionBase, split: Split, side: str = "") -> None:
    """Mark the pending results with this split as claimed by the visitor, on a `side` if any."""

    def mark() -> None:
        session[SESSION_KEY] = [
            {**stored, "is_own": True, "side": side} if stored["split"] == str(split) else stored
            for stored in session.get(SESSION_KEY, [])
        ]

    session.change(mark)  # type: ignore[attr-defined]


@receiver(user_logged_in)
def claim_pending_results(sender, request, user, **kwargs) -> None:
    """Move pending results from the session to the history of the user who signed in.

    Several people may have used this browser. A single result moves; of several, only those move
    that the visitor has marked as their own or that this account's expired session sent. The
    others stay pending until their owner chooses them. Results that another account's expired
    session sent are dropped. Each result keeps the time at which it was submitted.
    Idempotent, even for concurrent requests: a submission is unique.
    """
    mine = account_key(user)
    _drop_results_of_others(request.session, mine)
    waiting = pending_results(request.session)
    is_only_one = len(waiting) == 1
    claimed = [each for each in waiting if is_only_one or each.is_own or each.account == mine]
    if not claimed:
        return
    try:
        recorded = {str(result.split): result.claim(user) for result in claimed}
    except HistoryFullError as error:  # the results stay pending
        messages.error(request, error.messages[0], fail_silently=True)
        return
    request.session[JUST_CLAIMED] = {
        split: assessment.get_absolute_url() for split, assessment in recorded.items()
    }
    request.session[JUST_RECORDED] = str(recorded[str(claimed[-1].split)].id)
    left = [
        stored
        for stored, result in zip(request.session[SESSION_KEY], waiting, strict=True)
        if result not in claimed
    ]
    _keep(request.session, left)
    words = ngettext(
        "Your result is saved to your history.",
        "Your %(count)d results are saved to your history.",
        len(claimed),
    )
    messages.success(request, words % {"count": len(claimed)}, fail_silently=True)


def _drop_results_of_others(session: SessionBase, account: str) -> None:
    stored = session.get(SESSION_KEY, [])
    _keep(session, [each for each in stored if each.get("account", "") in ("", account)])


def _keep(session: SessionBase, left: list) -> None:
    if left:
        session[SESSION_KEY] = left
    else:
        drop_pending_results(session)
