"""Held forms: server-side drafts of forms that were submitted after the session had ended.

A draft is kept in the visitor's session, by the path of its page. After the person signs in with
the account that typed it, the page shows it for them to submit again. It is never processed without
that. If anyone else signs in, it is deleted.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypedDict

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from .account_key import FIELD, MAX_KEY_LENGTH, account_key
from .idempotency import key_of_new_session
from .visitors import may_begin_session

SESSION_KEY = "held_forms"
MAX_HELD = 4
"""The number of held forms in a session; the oldest are dropped."""
MAX_BYTES = 32 * 1024
"""The size limit of a held form: more than the longest note needs, even if it's all emoji."""
MAX_AGE = timedelta(days=1)
MAX_AGE_OF_NOBODYS = timedelta(minutes=30)
"""The age limit of a form without an account, which the next user who signs in gets."""

NEVER_HELD = ["csrfmiddlewaretoken", FIELD, "hold"]


class Typed(NamedTuple):
    """What was typed into a form, to show it again without processing it."""

    data: QueryDict
    csrf_expired: bool = False
    """Whether the form was just rejected for its CSRF token; if not, it was held until sign-in."""

    def as_initial(self, name: str) -> dict[str, Any]:
        """Return arguments for a view of allauth to show a field again, never a password."""
        initial = {name: self.data.get(name, "")}
        return {"initial": initial, "extra_context": {"typed": self}}


class HeldForm(TypedDict):
    """A held form, as stored in the session."""

    path: str
    account: str
    body: str
    held_at: str


def hold_form(request: HttpRequest, *, of_nobody: bool = False) -> bool:
    """Hold the submitted form in the session if it has an account key; return whether it is held.

    It replaces an older one of the same page. A visitor's form, without an account key, is held
    only with `of_nobody`, which is for visitors who ask for it. A form that is too large is not
    held, nor one that needs a new session if the network address has too many. Concurrent requests
    lose no form, even if the browser has no session yet.

    Views that accept a password must not call this.
    """
    account = request.POST.get(FIELD, "")
    if not account and not of_nobody:
        return False
    fields = request.POST.copy()
    for name in NEVER_HELD:
        fields.pop(name, None)
    if not any(str(text).strip("0 ") for name, text in fields.items() if name != "submission"):
        return False  # nothing has been typed
    body = fields.urlencode()
    if len(body) > MAX_BYTES or len(account) > MAX_KEY_LENGTH or not may_begin_session(request):
        return False
    held = HeldForm(
        path=request.path, account=account, body=body, held_at=timezone.now().isoformat()
    )

    def hold() -> None:
        others = [form for form in _waiting(request) if form["path"] != request.path]
        request.session[SESSION_KEY] = [*others, held][-MAX_HELD:]

    request.session.change(hold, key_of_new_session(request))  # type: ignore[attr-defined]
    return True


def held_form(request: HttpRequest) -> QueryDict | None:
    """Return the held form of this page and this user, or None."""
    if SESSION_KEY not in request.session:
        return None
    mine = account_key(request.user)
    for form in _waiting(request):
        if form["path"] == request.path and form["account"] in ("", mine):
            return QueryDict(form["body"])
    return None


def drop_held_form(request: HttpRequest) -> None:
    """Delete the held form of this page."""
    if SESSION_KEY in request.session:
        _keep(request, [form for form in _waiting(request) if form["path"] != request.path])


@receiver(user_logged_in)
def drop_held_forms_of_others(sender, request, user, **kwargs) -> None:
    """On sign-in, keep the held forms of this user and of visitors, and drop all others."""
    if SESSION_KEY in request.session:
        mine = account_key(user)
        _keep(request, [form for form in _waiting(request) if form["account"] in ("", mine)])


def _waiting(request: HttpRequest) -> list[HeldForm]:
    now = timezone.now()
    return [
        form
        for form in request.session.get(SESSION_KEY, [])
        if now - datetime.fromisoformat(form["held_at"])
        < (MAX_AGE if form["account"] else MAX_AGE_OF_NOBODYS)
    ]


def _keep(request: HttpRequest, forms: list[HeldForm]) -> None:
    if forms:
        request.session[SESSION_KEY] = forms
    else:
        request.session.pop(SESSION_KEY, None)
