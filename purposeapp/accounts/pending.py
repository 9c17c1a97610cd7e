"""Pending results: what a visitor sent before signing in, held in the session until they do.

They wait in the visitor's session, and move to the history of whoever signs in with it,
on whatever way: a new account or an old one, a password, a code, another site. Django's
`user_logged_in` is where all those ways meet.
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
from purposeapp.models import Assessment, User
from purposeapp.models.assessment import HistoryFullError
from purposeapp.split import Split
from purposeapp.web.account_key import MAX_KEY_LENGTH, account_key
from purposeapp.web.idempotency import browser_key
from purposeapp.web.visitors import may_begin_session

MAX_PENDING = 20
"""How many results wait in one session; the oldest give way."""

SESSION_KEY = "pending_results"

JUST_CLAIMED = "just_claimed"
"""Where the session says which assessments have just been made of what waited, by split."""


class PendingResult(NamedTuple):
    """One result that waits."""

    split: Split
    submission: UUID
    taken_at: datetime
    is_own: bool
    """Whether somebody has said that it is theirs, and not only sent the points."""
    account: str = ""
    """The key of the account that had the form open, where its session had ended meanwhile."""

    @property
    def headline(self) -> str:
        return sentences.headline(self.split)

    def claim(self, user: User) -> Assessment:
        """Record it for `user`, at the time at which it was sent. Idempotent."""
        return Assessment.objects.record(
            user=user, split=self.split, submission=self.submission, taken_at=self.taken_at
        )


def add_pending_result(
    request: HttpRequest,
    *,
    split: Split,
    submission: UUID,
    is_own: bool = False,
    account: str = "",
) -> None:
    """Let a result wait in the session; the same form sent again waits once.

    Of two that are sent at the same moment both wait, also when the browser has no session yet.
    Nothing waits for one more browser of a network address that has too many.
    """
    if not may_begin_session(request):
        return
    result = {"split": str(split), "submission": str(submission)}
    taken_at = timezone.now().isoformat()
    key = account[:MAX_KEY_LENGTH]
    entry = {**result, "taken_at": taken_at, "is_own": is_own, "account": key}
    session = request.session

    def add() -> None:
        waiting = session.get(SESSION_KEY, [])
        if not any(result.items() <= other.items() for other in waiting):
            session[SESSION_KEY] = [*waiting, entry][-MAX_PENDING:]

    session.change(add, _key_of_new_session(request))  # type: ignore[attr-defined]


def _key_of_new_session(request: HttpRequest) -> str | None:
    """A key that all first requests of one browser share; None where it has no CSRF cookie.

    Signing in gives the session another key, so this one never opens an account.
    """
    key = browser_key(request, __name__)
    return key.hex()[:32] if key else None


def pending_results(session: SessionBase) -> list[PendingResult]:
    """The results that wait in the session, oldest first."""
    return [
        PendingResult(
            Split.parse(result["split"]),
            UUID(result["submission"]),
            datetime.fromisoformat(result["taken_at"]),
            result.get("is_own", False),
            result.get("account", ""),
        )
        for result in session.get(SESSION_KEY, [])
    ]


def drop_pending_results(session: SessionBase) -> None:
    """Let no result wait any more."""
    session.pop(SESSION_KEY, None)


def is_pending(session: SessionBase, split: Split) -> bool:
    """Whether a result with this split waits in the session."""
    return any(result.split == split for result in pending_results(session))


def mark_as_own(session: SessionBase, split: Split) -> None:
    """Remember that somebody has called the results with this split their own."""

    def mark() -> None:
        session[SESSION_KEY] = [
            {**stored, "is_own": True} if stored["split"] == str(split) else stored
            for stored in session.get(SESSION_KEY, [])
        ]

    session.change(mark)  # type: ignore[attr-defined]


@receiver(user_logged_in)
def claim_pending_results(sender, request, user, **kwargs) -> None:
    """Move what waits in the session to the history of the user who signed in.

    Several people may have used this browser: of several results, those move that somebody has
    called their own, and the others wait until their owner chooses them. Each keeps the time at
    which it was sent. What another account's session had ended over is nothing to this one.
    Idempotent, also for two requests at once: a submission is unique.
    """
    mine = account_key(user)
    _drop_results_of_others(request.session, mine)
    waiting = pending_results(request.session)
    is_only_one = len(waiting) == 1
    claimed = [each for each in waiting if is_only_one or each.is_own or each.account == mine]
    if not claimed:
        return
    try:
        request.session[JUST_CLAIMED] = {
            str(result.split): result.claim(user).get_absolute_url() for result in claimed
        }
    except HistoryFullError as error:  # they go on waiting
        messages.error(request, error.messages[0], fail_silently=True)
        return
    left = [
        stored
        for stored, result in zip(request.session[SESSION_KEY], waiting, strict=True)
        if result not in claimed
    ]
    _keep(request.session, left)
    words = ngettext(
        "Your result is saved in your history.",
        "Your %(count)d results are saved in your history.",
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
