import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from purposeapp.dates import local_format
from purposeapp.forms import InvitationForm, InvitationMailForm
from purposeapp.forms.redisplay import restore_typed
from purposeapp.forms.talk import CONFIRM_FIRST
from purposeapp.models import Talk
from purposeapp.models.talk_answer import TalkSide
from purposeapp.models.talk_queryset import INVITATION_TERM, MAX_LISTED
from purposeapp.web.blank_page import blank_page
from purposeapp.web.fragments import fragment
from purposeapp.web.private import private
from purposeapp.web.requests import AuthenticatedRequest
from purposeapp.web.responses import HttpResponseSeeOther

from . import errors
from .resumable import Typed, resumable_form
from .talks_pages import pass_on
from .talks_seat import (
    TalkSeat,
    expired_invitation,
    key_of_browser,
    left_title,
    needs_no_cookie,
    rate_limited,
    your_talks,
)

TALKS = "purposeapp/talks.html"
INVITATION = "purposeapp/invitation.html"


def _introduction(request: HttpRequest) -> HttpResponse:
    """Show a visitor what a talk is before they sign in to invite someone."""
    blank = blank_page(request, TALKS, dict, late={}, reads_query=False)
    return blank or render(request, TALKS)


@private
@resumable_form(login_required=True, introduction=_introduction)
@require_http_methods(["GET", "HEAD", "POST"])
def talks(request: AuthenticatedRequest, *, typed: Typed | None = None) -> HttpResponse:
    """List the user's talks with their states, and invite to a new one."""
    if request.method != "POST":
        return _page(request, InvitationForm(), InvitationMailForm(), typed=typed)
    form, mail_form = InvitationForm(request.POST), InvitationMailForm(request.POST)
    if answer := _invite(request, form, mail_form):
        return answer
    is_over_limit = form.has_error(NON_FIELD_ERRORS, code="today")
    status = HTTPStatus.TOO_MANY_REQUESTS if is_over_limit else HTTPStatus.UNPROCESSABLE_ENTITY
    return _page(request, form, mail_form, status=status)


def _page(
    request: AuthenticatedRequest,
    form: InvitationForm,
    mail_form: InvitationMailForm,
    *,
    typed: Typed | None = None,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    found = Talk.objects.listed(request.user)
    seats = [
        TalkSeat(talk, side, request.user)
        for talk in found[:MAX_LISTED]
        if (side := talk.side_of(request.user))
    ]
    late = {
        "submission": str(uuid.uuid4()),
        "entries": format_html_join("", '<li class="entry">{}</li>', map(_entry, seats)),
        "name": next((seat.talk.name for seat in seats if seat.is_inviter), ""),
    }
    values = {
        "has_entries": bool(seats),
        "has_more": len(found) > MAX_LISTED,
        "mails": bool(settings.EMAIL_URL),
        "is_verified": _is_verified(request),
    }

    def unsent(given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Add the empty forms, with the name used in the last invitation."""
        form.initial.update(name=given["name"], submission=given["submission"])
        return {**given, "form": form, "mail_form": mail_form}

    is_new = not form.is_bound and not typed
    if is_new and (blank := blank_page(request, TALKS, unsent, late=late, **values)):
        return blank
    context = {**unsent({**late, **values}), "typed": typed}
    restore_typed(form, typed)
    restore_typed(mail_form, typed)
    context["wrong"] = form if form.errors else mail_form if mail_form.errors else None
    return render(request, TALKS, context, status=status)


def _entry(seat: TalkSeat) -> tuple[SafeString]:
    """Return the rendered list entry of a talk."""
    talk = seat.talk
    late = {
        "url": seat.url(),
        "withdraw": seat.url("talk_withdraw"),
        "name": talk.name,
        "label": talk.label,
        "other": seat.other_title,
        "waited_for": seat.other_name,
        "made": local_format(talk.made_at, "DATETIME_FORMAT"),
        "day": local_format(talk.made_at, "DATE_FORMAT"),
        "started": local_format(talk.started_at, "DATETIME_FORMAT") if talk.started_at else "",
        "expires": local_format(talk.expires_at, "DATE_FORMAT"),
    }
    entry = fragment(
        "purposeapp/_talk_entry.html",
        state=talk.state,
        is_inviter=seat.is_inviter,
        has_name=bool(talk.name),
        has_label=bool(talk.label),
        has_started=bool(talk.started_at),
        has_finished=seat.has_finished,
        has_agreed=seat.has_agreed,
        other_has_withdrawn=seat.other_has_withdrawn,
        can_be_removed=seat.other_has_withdrawn and not talk.is_over,
        late=late,
    )
    return (entry,)


def _is_verified(request: AuthenticatedRequest) -> bool:
    """Return whether the user may invite: with email configured, their address must be verified."""
    return not settings.EMAIL_URL or request.user.is_reachable


def _invite(
    request: AuthenticatedRequest, form: InvitationForm, mail_form: InvitationMailForm
) -> HttpResponse | None:
    """Create an invitation, and redirect to the page with its link. None if a form is invalid.

    Idempotent: sent again, the forms lead to the same invitation, and no second email is sent.
    """
    if not _is_verified(request):
        form.add_error(None, CONFIRM_FIRST)
    if not form.is_valid() or not mail_form.is_valid():
        return None
    with transaction.atomic():  # so that a repeat after a failure sends the email
        made = form.save(user=request.user, key=_key_of_forms(request, form, mail_form))
        if not made:
            # Without an error, the account is gone, and so is this session.
            return None if form.errors else redirect("talks")
        seat = TalkSeat(made.talk, TalkSide.INVITER, request.user)
        if not made.is_new:
            return HttpResponseSeeOther(f"{seat.url()}?link={made.key}")
        return pass_on(request, seat, made.key, mail_form.cleaned_data["email"])


def _key_of_forms(
    request: AuthenticatedRequest, form: InvitationForm, mail_form: InvitationMailForm
) -> str:
    """Return the key of the invitation that these forms make. Changed forms make another one."""
    sent = [*form.cleaned_data.values(), *mail_form.cleaned_data.values()]
    return key_of_browser(request, repr(sent))


@private
@needs_no_cookie
@rate_limited
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, key: str) -> HttpResponse:
    """Show an invitation: who invites, and what each side will see. A POST starts the talk.

    A GET changes nothing, because mail scanners follow every link in an email.
    """
    talk = Talk.objects.of_invitation(key)
    if not talk:
        text = _(
            "Check that it's complete. If it is, ask the person who sent it for a new invitation."
        )
        return errors.error_page(request, HTTPStatus.NOT_FOUND, _("This link doesn't work"), text)
    side = talk.side_of(request.user)
    account = request.user if side else AnonymousUser()
    if side == TalkSide.INVITER and request.method == "POST":
        return HttpResponseSeeOther(TalkSeat(talk, side, account).url())
    if request.method == "POST":
        # Idempotent: a browser gets the same key again if the first response didn't arrive.
        own_key = _key_of_guest(request, key)
        if guest_key := Talk.objects.start(key, user=request.user, guest_key=own_key):
            shown_key = "" if request.user.is_authenticated else guest_key
            return HttpResponseSeeOther(TalkSeat(talk, TalkSide.GUEST, account, shown_key).url())
        talk.refresh_from_db()  # a concurrent request has started it
        side = talk.side_of(request.user)
    if not talk.can_start:
        return _used_up(request, talk, side, key)
    context = {
        "own": TalkSeat(talk, side, account).url() if side else "",
        "name": talk.name,
        "day": local_format(talk.expires_at, "DATE_FORMAT"),
        "sign_in": _sign_in(request),
    }
    blank = blank_page(request, INVITATION, lambda late: late, late=context, is_own=bool(side))
    return blank or render(request, INVITATION, {**context, "is_own": bool(side)})


def _key_of_guest(request: HttpRequest, key: str) -> str:
    """Return this browser's own key as the guest of an invitation; empty for a signed-in user.

    A signed-in guest's side is opened by their account alone. A key in the browser would still
    open it for the next person after they've signed out.
    """
    return "" if request.user.is_authenticated else key_of_browser(request, key)


def _used_up(request: HttpRequest, talk: Talk, side: TalkSide | None, key: str) -> HttpResponse:
    """Return a 410 that says why an invitation can't start a talk any more.

    A signed-in participant is redirected to their side of the talk. A browser that started it as
    a guest gets only a link, because someone else may be using it by now, such as the inviter at
    a shared computer.
    """
    if side and talk.started_at and not talk.has_withdrawn(side):
        return HttpResponseSeeOther(TalkSeat(talk, side, request.user).url())
    own_key = _key_of_guest(request, key)
    is_guest = side == TalkSide.GUEST or talk.is_of_guest(own_key)
    if is_guest and talk.has_withdrawn(TalkSide.GUEST):
        text = _(
            "Everything you entered in it has been deleted. To talk after all, ask for a new "
            "invitation."
        )
        way = your_talks() if request.user.is_authenticated else None
        return errors.gone(request, left_title(talk, TalkSide.GUEST), text, way)
    if is_guest:
        url = TalkSeat(talk, TalkSide.GUEST, AnonymousUser(), own_key).url()
        title = _("You've already started")
        text = _("This invitation was started in this browser. If that was you, go to your side.")
        return errors.gone(request, title, text, errors.Way(url, _("Open my side")))
    if talk.inviter_withdrew_at:
        title = _("This invitation was revoked")
        text = _("Ask the person who sent it for a new one.")
    elif talk.started_at:
        title = _("This invitation is already in use")
        text = _(
            "If you started it, open this link with the browser or account you used then, or use "
            "your own link if you saved it. If you didn't, ask for a new invitation."
        )
    elif side == TalkSide.INVITER:
        return expired_invitation(request)
    else:
        title = _("This invitation has expired")
        words = _("Invitations last %(count)d days. Ask the person who sent it for a new one.")
        text = words % {"count": INVITATION_TERM.days}
    way = None if request.user.is_authenticated else errors.Way(_sign_in(request), _("Sign in"))
    return errors.gone(request, title, text, way if talk.started_at else None)


def _sign_in(request: HttpRequest) -> str:
    """Return the URL of the sign-in page, which leads back to this one."""
    return f"{reverse('account_login')}?{urlencode({'next': request.path})}"
