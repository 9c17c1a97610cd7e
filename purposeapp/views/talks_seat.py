"""The seat somebody has in a talk: which side they are on, and by what right they are here."""

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
from purposeapp.models.talk_answer import TalkKind, TalkSide
from purposeapp.split import Split
from purposeapp.web.account_key import of_somebody_else
from purposeapp.web.private import private
from purposeapp.web.responses import HttpResponseSeeOther

from . import errors

View = Callable[..., HttpResponse]


class Step(NamedTuple):
    """One of the three that a side answers, and what it has answered."""

    kind: TalkKind
    url: str
    split: Split | None


@dataclass(frozen=True)
class Seat:
    """One side of a talk, as whoever sits there sees it: the other side's points once it is open.

    Its addresses begin with the talk's id for whoever is signed in, and with the guest's key for
    whoever came by that.
    """

    talk: Talk
    side: TalkSide
    account: User | AnonymousUser
    """Whose seat it is, where they are signed in."""
    key: str = ""

    def url(self, page: str = "talk") -> str:
        """The address of a page of this talk, by its name."""
        if self.key:
            return reverse(f"guest_{page}", args=[self.key])
        return reverse(page, args=[self.talk.id])

    @property
    def is_inviter(self) -> bool:
        return self.side == TalkSide.INVITER

    @property
    def other_name(self) -> str:
        """What the other side is called, in a sentence."""
        if self.is_inviter:
            return _("your guest")
        return self.talk.name or _("the other person")

    @property
    def mine(self) -> dict[str, Split]:
        """What this side has answered."""
        return self.talk.answered[self.side]

    @property
    def note(self) -> str:
        """What this side has written."""
        return self.talk.note_of.get(self.side, "")

    @property
    def theirs(self) -> dict[str, Split]:
        """What the other side has answered; nothing before both have agreed to show."""
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
        """Whether this side may still answer."""
        return not self.has_agreed and not self.talk.has_ended

    @property
    def steps(self) -> list[Step]:
        """What this side answers."""
        return [Step(kind, self.url(f"talk_{kind}"), self.mine.get(kind)) for kind in TalkKind]

    @property
    def next_url(self) -> str:
        """Where whoever has just answered goes on: to what they have not answered yet."""
        return next((step.url for step in self.steps if not step.split), self.url())


class SeatedRequest(HttpRequest):
    """A request of somebody who has a seat."""

    user: User | AnonymousUser
    seat: Seat


def limited(view: View) -> View:
    """Limit what one network address sends; what is only looked at is not counted."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method == "POST" and not ratelimit.consume(request, action="talk"):
            return errors.too_many_requests(request)
        return view(request, *args, **kwargs)

    return wrapped


def needs_no_cookie(view: View) -> View:
    """A page whose address is the key: where cookies are blocked, it needs no CSRF token either.

    Nobody forges a request to an address that they don't know.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, cookies_blocked=False, **kwargs: Any) -> Any:
        return view(request, *args, **kwargs)

    wrapped.works_without_cookies = True  # type: ignore[attr-defined]
    return wrapped


def both_ways(make: Callable[[bool], View], *, shows_end: bool = False) -> tuple[View, View]:
    """A page of a talk: for whoever is signed in, by its id, and for the guest who has the key.

    `make` is told whether the view needs somebody signed in. With `shows_end`, the page is there
    after the other side has withdrawn too; any other then leads to the talk.
    """
    by_id, by_key = make(True), make(False)

    def seated(view: View, request: Any, seat: Seat, **kwargs: Any) -> HttpResponse:
        request.seat = seat
        if seat.talk.has_withdrawn(seat.side):
            return errors.gone(
                request,
                _("You've withdrawn from this talk"),
                _("Everything you entered in it is deleted."),
            )
        if seat.talk.is_over:
            return errors.gone(
                request,
                _("This talk is over"),
                _("Talks end after a while, and nobody can see their points any more."),
            )
        if seat.other_has_withdrawn and not shows_end:
            return HttpResponseSeeOther(seat.url())
        return view(request, **kwargs)

    @private
    @wraps(by_id)
    def with_id(request: HttpRequest, id: UUID, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return by_id(request, **kwargs)  # which leads to the sign-in
        if of_somebody_else(request):
            return errors.form_of_another_account(request)
        talk = Talk.objects.with_id(id)
        side = talk and talk.side_of(request.user)
        if not talk or not side:
            raise Http404
        return seated(by_id, request, Seat(talk, side, request.user), **kwargs)

    @private
    @needs_no_cookie
    @limited
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
        seat = Seat(talk, TalkSide.GUEST, account, key)
        return seated(by_key, request, seat, **kwargs)

    return with_id, with_key
