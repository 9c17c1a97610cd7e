"""Pending results: what a visitor sent before signing in, held in the session until they do.

They wait in the visitor's session, and move to the history of whoever signs in with it,
on whatever way: a new account or an old one, a password, a code, another site. Django's
`user_logged_in` is where all those ways meet.
"""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import ngettext

from purposeapp.models import Assessment
from purposeapp.split import Split

MAX_PENDING = 20
"""How many results wait in one session; the oldest give way."""

SESSION_KEY = "unkept"

JUST_CLAIMED = "just_kept"
"""Where the session says which assessments have just been made of what waited, by split."""


def add_pending_result(session: SessionBase, *, split: Split, submission: UUID) -> None:
    """Let a result wait in the session; the same form sent again waits once."""
    result = {"split": str(split), "submission": str(submission)}
    waiting = session.get(SESSION_KEY, [])
    if any(result.items() <= other.items() for other in waiting):
        return
    taken_at = timezone.now().isoformat()
    session[SESSION_KEY] = [*waiting, {**result, "taken_at": taken_at}][-MAX_PENDING:]


def is_pending(session: SessionBase, split: Split) -> bool:
    """Whether a result with this split waits in the session."""
    return any(result["split"] == str(split) for result in session.get(SESSION_KEY, []))


@receiver(user_logged_in)
def claim_pending_results(sender, request, user, **kwargs) -> None:
    """Move what waits in the session to the history of whoever has just signed in.

    Each keeps the moment at which it was sent. Done twice, or by two requests at once, it
    records once: a submission is unique.
    """
    waiting = request.session.get(SESSION_KEY, [])
    just_claimed = {}
    for result in waiting:
        assessment = Assessment.objects.record(
            user=user,
            split=Split.parse(result["split"]),
            submission=UUID(result["submission"]),
            taken_at=datetime.fromisoformat(result["taken_at"]),
        )
        just_claimed[result["split"]] = assessment.get_absolute_url()
    if waiting:
        request.session[JUST_CLAIMED] = just_claimed
        del request.session[SESSION_KEY]
        words = ngettext(
            "Your result is kept in your history.",
            "Your %(count)d results are kept in your history.",
            len(waiting),
        )
        messages.success(request, words % {"count": len(waiting)}, fail_silently=True)
