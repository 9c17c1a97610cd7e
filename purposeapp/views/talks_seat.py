"""Access to a talk: the side that a request acts for, by the account or by the guest's key."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, wraps
from http import HTTPStatus
from typing import Any, NamedTuple
from uuid import UUID

from allauth.core import ratelimit
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from purposeapp.models import Talk, User
from purposeapp.models.capability_key import key_of
from purposeapp.models.talk_answer import TalkKind, TalkSide
from purposeapp.models.talk_queryset import INVITATION_TERM
from purposeapp.split import Split
from purposeapp.web.account_key import of_somebody_else
from purposeapp.web.idempotency import browser_key
from purposeapp.web.private import private
from purposeapp.web.responses import HttpResponseSeeOther

from . import errors
from .ten_points import result_of_points

View = Callable[..., HttpResponse]


class Step(NamedTuple):
    """One of the three questions of a talk, with this side's answer."""

    kind: TalkKind
    url: str
    split: Split | None


@dataclass(frozen=True)
class TalkSeat:
    """One side of a talk, with what it may see: the other side's points only once it's open.

    Its URLs contain the talk's id for a signed-in user, or the guest's key for a guest with a key.
    """

    talk: Talk
    side: TalkSide
    account: User | AnonymousUser
    """The account whose seat it is, if its user is signed in."""
    key: str = ""

    def url(self, page: str = "talk") -> str:
        """Return the URL of a page of this talk, by its URL name."""
        if self.key:
            return reverse(f"guest_{page}", args=[self.key])
        return reverse(page, args=[self.talk.id])

    @property
    def is_inviter(self) -> bool:
        return self.side == TalkSide.INVITER

    @property
    def known_name(self) -> str:
        """The other side's name as this side may see it: the inviter's own label for the guest, or
        the inviter's name. Empty if there is none.
        """
        return self.talk.label if self.is_inviter else self.talk.name

    @property
    def other_name(self) -> str:
        """The other side's name, or a word for them, for use within a sentence."""
        return self.known_name or (_("your guest") if self.is_inviter else _("the other person"))

    @property
    def other_title(self) -> str:
        """The same on its own, or at the start of a sentence."""
        return self.known_name or (_("Your guest") if self.is_inviter else _("The other person"))

    @property
    def mine(self) -> dict[str, Split]:
        """This side's answers."""
        return self.talk.answered[self.side]

    @property
    def note(self) -> str:
        """This side's note."""
        return self.talk.note_of.get(self.side, "")

    @property
    def theirs(self) -> dict[str, Split]:
        """The other side's answers. Empty until both sides have agreed to show them."""
        return self.talk.answered[self.side.other] if self.talk.is_open else {}

    @cached_property
    def has_finished(self) -> bool:
        return self.talk.has_finished(self.side)

    @cached_property
    def other_has_finished(self) -> bool:
        return self.talk.has_finished(self.side.other)

    @property
    def has_agreed(self) -> bool:
        return self.talk.has_agreed(self.side)

    @property
    def other_has_withdrawn(self) -> bool:
        return self.talk.has_withdrawn(self.side.other)

    @property
    def can_change(self) -> bool:
        """Whether this side may still change its answers."""
        return not self.has_agreed and not self.talk.has_ended

    @property
    def steps(self) -> list[Step]:
        """The questions that this side answers, with their URLs and answers."""
        return [Step(kind, self.url(f"talk_{kind}"), self.mine.get(kind)) for kind in TalkKind]

    @property
    def next_url(self) -> str:
        """The URL of the first unanswered question or, if there is none, of the talk."""
        return next((step.url for step in self.steps if not step.split), self.url())


class SeatedRequest(HttpRequest):
    """A request by one side of a talk."""

    user: User | AnonymousUser
    seat: TalkSeat


def rate_limited(view: View) -> View:
    """Decorate a view to rate limit POST requests from one network address."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method == "POST" and not ratelimit.consume(request, action="talk"):
            return errors.too_many_requests(request)
        return view(request, *args, **kwargs)

    return wrapped


def needs_no_cookie(view: View) -> View:
    """Decorate a view with a secret key in its URL: without cookies, it needs no CSRF token.

    Another site can't forge a request to a URL that it doesn't know.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, cookies_blocked=False, **kwargs: Any) -> Any:
        return view(request, *args, **kwargs)

    wrapped.works_without_cookies = True  # type: ignore[attr-defined]
    return wrapped


def key_of_browser(request: HttpRequest, value: str) -> str:
    """Return this browser's own key for a value, the same on every request; empty without cookies.

    It makes forms idempotent whose link is a secret key.
    """
    secret = browser_key(request, __name__, value)
    return key_of(secret) if secret else ""


def your_talks() -> errors.Way:
    """Return the link from an error page to the user's talks."""
    return errors.Way(reverse("talks"), _("Your talks"))


def expired_invitation(request: HttpRequest) -> HttpResponse:
    """Return a 410 for the inviter of an invitation that nobody used in time."""
    words = _("Nobody used it. Invitations last %(count)d days.")
    way = errors.Way(reverse("talks") + "#invite", _("Invite someone"))
    title = _("This invitation has expired")
    return errors.gone(request, title, words % {"count": INVITATION_TERM.days}, way)


def left_title(talk: Talk, side: TalkSide) -> str:
    """Return the title of the page for a side that has withdrawn, or has removed an ended talk.

    Before a talk starts, that's an invitation which was revoked.
    """
    if not talk.started_at:
        return _("Invitation revoked")
    mine, theirs = talk.withdrew_at(side), talk.withdrew_at(side.other)
    if mine and theirs and theirs < mine:
        return _("Talk removed")
    return _("You've withdrawn from this talk")


def note_too_late(request: HttpRequest, seat: TalkSeat, note: str) -> HttpResponse:
    """Return a 410 for a note that was sent after the talk ended, with the note to copy."""
    title = _("Your note came too late to be saved")
    way = your_talks() if seat.account.is_authenticated else None
    return errors.gone(request, title, _("This talk has ended."), way, unsaved=note)


def _invitation_in(request: HttpRequest) -> HttpResponse | None:
    """Redirect to the invitation whose key is in the query; None if it can't start a talk.

    It's there on the inviter's page, and whoever is sent that page's address is the guest.
    """
    key = request.GET.get("link", "")
    talk = Talk.objects.of_invitation(key) if re.fullmatch(r"[\w-]+", key, re.ASCII) else None
    if not talk or not talk.can_start:
        return None
    return HttpResponseSeeOther(reverse("invitation", args=[key]))


def both_ways(make: Callable[[bool], View], *, shows_end: bool = False) -> tuple[View, View]:
    """Return two views of a talk's page: by id for a signed-in user, and by key for a guest.

    `make` creates the view; its argument says if it requires a sign-in. With `shows_end`, the page
    is also shown after the other side has withdrawn. Otherwise it then redirects to the talk.
    """
    by_id, by_key = make(True), make(False)

    def seated(view: View, request: Any, seat: TalkSeat, **kwargs: Any) -> HttpResponse:
        request.seat = seat
        result = result_of_points(request)
        way = result or (your_talks() if seat.account.is_authenticated else None)
        note = request.POST.get("text", "").strip()  # only the form for a note has this field
        if note and seat.talk.has_ended:
            return note_too_late(request, seat, note)
        if seat.talk.has_withdrawn(seat.side):
            text = _("Everything you entered in it has been deleted.")
            return errors.gone(request, left_title(seat.talk, seat.side), text, way)
        if seat.talk.is_over and not seat.talk.started_at:
            return expired_invitation(request)
        if seat.talk.is_over:
            text = _("Talks end after a while. Then nobody can see the points in them.")
            return errors.gone(request, _("This talk is over"), text, way)
        if seat.other_has_withdrawn and result:
            title = _("%(name)s has withdrawn") % {"name": seat.other_title}
            text = _("Your points came too late to be saved in this talk.")
            return errors.gone(request, title, text, result)
        if seat.other_has_withdrawn and not shows_end:
            return HttpResponseSeeOther(seat.url())
        return view(request, **kwargs)

    @private
    @wraps(by_id)
    def with_id(request: HttpRequest, id: UUID, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            # Or else this redirects to the sign-in page.
            return _invitation_in(request) or by_id(request, **kwargs)
        if of_somebody_else(request):
            return errors.form_of_another_account(request)
        talk = Talk.objects.with_id(id)
        side = talk and talk.side_of(request.user)
        if not talk or not side:
            if invitation := _invitation_in(request):
                return invitation
            raise Http404
        return seated(by_id, request, TalkSeat(talk, side, request.user), **kwargs)

    @private
    @needs_no_cookie
    @rate_limited
    @wraps(by_key)
    def with_key(request: HttpRequest, key: str, **kwargs: Any) -> HttpResponse:
        talk = Talk.objects.of_guest(key)
        if not talk:
            text = _("Check that it's complete. A talk is deleted a while after it ends.")
            return errors.error_page(
                request, HTTPStatus.NOT_FOUND, _("This link doesn't work"), text
            )
        is_theirs = talk.guest_id is not None and talk.guest_id == request.user.pk
        account = request.user if is_theirs else AnonymousUser()
        seat = TalkSeat(talk, TalkSide.GUEST, account, key)
        return seated(by_key, request, seat, **kwargs)

    return with_id, with_key
