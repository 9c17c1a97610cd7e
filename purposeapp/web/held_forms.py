"""Held forms: drafts on the server, of forms that were sent when the session had ended.

It waits in the signed-out visitor's session, by the path of its page. Signed in with the account
that typed it, its person finds the page filled with it, and sends it again: nothing is ever done
with it without another press. Anybody else's sign-in drops it.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple, TypedDict

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from .account_key import FIELD, MAX_KEY_LENGTH, account_key

SESSION_KEY = "held_forms"
MAX_HELD = 4
"""How many forms wait in one session; the oldest give way."""
MAX_BYTES = 32 * 1024
"""What one of them may take: more than the longest note does, each character an emoji."""
MAX_AGE = timedelta(days=1)
MAX_AGE_OF_NOBODYS = timedelta(minutes=30)
"""A form that nobody's account is bound to is for whoever signs in next, so it waits less long."""

NEVER_HELD = ["csrfmiddlewaretoken", FIELD, "hold"]


class Typed(NamedTuple):
    """What was typed into a form, to be shown again without being acted upon."""

    data: QueryDict
    csrf_expired: bool = False
    """Whether it was refused a moment ago; else it waited for its person to sign in."""

    def as_initial(self, name: str) -> dict[str, Any]:
        """What a view of allauth takes to show one field again, which is never a password."""
        initial = {name: self.data.get(name, "")}
        return {"initial": initial, "extra_context": {"typed": self}}


class HeldForm(TypedDict):
    """One form that waits, as the session stores it."""

    path: str
    account: str
    body: str
    held_at: str


def hold_form(request: HttpRequest, *, of_nobody: bool = False) -> bool:
    """Let what was sent wait in the session, if it says whose it is. A newer one replaces it.

    A visitor's, who says nothing, waits only where they ask for it: `of_nobody`. False where it
    is not held, which is so too where it is too large. No view that takes a password calls this.
    """
    account = request.POST.get(FIELD, "")
    if not account and not of_nobody:
        return False
    fields = request.POST.copy()
    for name in NEVER_HELD:
        fields.pop(name, None)
    if not any(str(text).strip("0 ") for name, text in fields.items() if name != "submission"):
        return False  # nothing is typed yet
    body = fields.urlencode()
    if len(body) > MAX_BYTES or len(account) > MAX_KEY_LENGTH:
        return False
    held = HeldForm(
        path=request.path, account=account, body=body, held_at=timezone.now().isoformat()
    )
    others = [form for form in _waiting(request) if form["path"] != request.path]
    request.session[SESSION_KEY] = [*others, held][-MAX_HELD:]
    return True


def held_form(request: HttpRequest) -> QueryDict | None:
    """The held form of this page and this user; None without one."""
    if SESSION_KEY not in request.session:
        return None
    mine = account_key(request.user)
    for form in _waiting(request):
        if form["path"] == request.path and form["account"] in ("", mine):
            return QueryDict(form["body"])
    return None


def drop_held_form(request: HttpRequest) -> None:
    """Let nothing wait for the page of this request any more."""
    if SESSION_KEY in request.session:
        _keep(request, [form for form in _waiting(request) if form["path"] != request.path])


@receiver(user_logged_in)
def drop_held_forms_of_others(sender, request, user, **kwargs) -> None:
    """On sign-in, keep the held form of this user, and drop any of somebody else."""
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
