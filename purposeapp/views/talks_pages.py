"""The pages of a talk: its state, both sides' points once it's open, and each side's actions."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NamedTuple

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from purposeapp import sentences
from purposeapp.accounts.limits import mailbox_of
from purposeapp.discussion.differences import differences, differences_of_both
from purposeapp.discussion.guesses import guesses, guesses_of_both
from purposeapp.discussion.questions import Answers, questions
from purposeapp.forms import InvitationMailForm, LinkMailForm, TalkNoteForm
from purposeapp.forms.redisplay import restore_typed
from purposeapp.models.capability_key import hash_of
from purposeapp.models.talk import Outcome, TalkState
from purposeapp.models.talk_answer import TalkKind, TalkSide
from purposeapp.models.talk_queryset import LinkReplacedError
from purposeapp.sharing.links import MailableLink
from purposeapp.split import Split
from purposeapp.talks.mail import (
    guest_url,
    invitation_url,
    mail_guest_url,
    mail_invitation,
    mail_opened,
)
from purposeapp.web.published import published
from purposeapp.web.responses import HttpResponseSeeOther

from .reminders import remind_in_3_months
from .resumable import Typed, resumable_form
from .talks_seat import (
    SeatedRequest,
    TalkSeat,
    View,
    both_ways,
    key_of_browser,
    note_too_late,
)

TOO_MANY_MAILS = gettext_lazy("That's enough emails for today. Copy the link instead.")
LINK_REPLACED = gettext_lazy("You've made a newer link since. To replace it, send this again.")
NOT_SENT = gettext_lazy("We couldn't send the email. Copy the link instead.")


class Pair(NamedTuple):
    """One side's answers, as both sides see them."""

    title: str
    now: Split
    future: Split
    moves: list[str]
    """The fewest moves from now to the future, as text."""
    guess: Split | None
    """The other side's guess of `now`."""
    guess_label: str
    note: str
    note_label: str


def _resumable(view: View) -> Callable[[bool], View]:
    return lambda login_required: resumable_form(login_required=login_required)(view)


def _answers(answered: dict[str, Split]) -> Answers:
    return Answers(answered[TalkKind.NOW], answered[TalkKind.FUTURE], answered.get(TalkKind.GUESS))


def _pair(
    title: str, own: Answers, guess: Split | None, guess_label: str, note: str, note_label: str
) -> Pair:
    moves = [sentences.shift(move) for move in own.now.moves_to(own.future)]
    return Pair(title, own.now, own.future, moves, guess, guess_label, note, note_label)


def _both(seat: TalkSeat) -> dict[str, Any]:
    """Return the context of an open talk: what both sides see, addressed to one of them."""
    mine, theirs, notes = _answers(seat.mine), _answers(seat.theirs), seat.talk.note_of
    name, title = seat.other_name, seat.other_title
    own_name = seat.talk.name if seat.is_inviter else _("your guest")
    their_guess, their_note = _("%(name)s's guess"), _("Note from %(name)s")
    return {
        "pairs": [
            _pair(
                _("You"),
                mine,
                theirs.guess,
                their_guess % {"name": title},
                notes.get(seat.side, ""),
                _("Your note"),
            ),
            _pair(
                title,
                theirs,
                mine.guess,
                _("Your guess"),
                notes.get(seat.side.other, ""),
                their_note % {"name": name},
            ),
        ],
        "guesses": guesses(mine, theirs, name=name, title=title),
        "differences": differences(mine, theirs, name=name),
        "name": name,
        "own_name": own_name,
        "questions": questions(mine, theirs, name=own_name, wordings=published().questions),
    }


def _both_on_paper(seat: TalkSeat) -> dict[str, Any]:
    """Return the same for the sheet that lies between the two, with the inviter's name for both.

    It leaves out the inviter's label, which nobody else may see.
    """
    mine, theirs, notes = _answers(seat.mine), _answers(seat.theirs), seat.talk.note_of
    inviter, guest = (mine, theirs) if seat.is_inviter else (theirs, mine)
    name, wordings = seat.talk.name, published().questions
    return {
        "pairs": [
            _pair(
                name,
                inviter,
                guest.guess,
                _("The guest's guess"),
                notes.get(TalkSide.INVITER, ""),
                _("Note from %(name)s") % {"name": name},
            ),
            _pair(
                _("The guest"),
                guest,
                inviter.guess,
                _("%(name)s's guess") % {"name": name},
                notes.get(TalkSide.GUEST, ""),
                _("Note from the guest"),
            ),
        ],
        "guesses": guesses_of_both(inviter, guest, name=name),
        "differences": differences_of_both(inviter, guest, name=name),
        "name": name,
        "for_guest": questions(inviter, guest, name=name, wordings=wordings),
        "for_inviter": questions(guest, inviter, name=_("your guest"), wordings=wordings),
    }


def _invitation(request: SeatedRequest) -> dict[str, Any]:
    """Return the context with an invitation's link, right after it was made. It isn't stored."""
    seat, key = request.seat, request.GET.get("link", "")
    if hash_of(key) != seat.talk.invite_hash:
        return {}
    url = invitation_url(key)
    words = _(
        "Hello,\n\n"
        "Let's talk about what we're on LinkedIn for, and where we'd like to be. We each spend "
        "ten points first; it takes five minutes. Here is your invitation:\n\n"
        "%(url)s\n"
    ) % {"url": url}
    return {"link": MailableLink(url, _("Let's talk about what we're on LinkedIn for"), words)}


def _address(request: SeatedRequest) -> dict[str, Any]:
    """Return the context with the guest's own link, for them to keep. It isn't stored."""
    url = guest_url(request.seat.key)
    words = _("My own link to the talk about our ten points:\n\n%(url)s\n") % {"url": url}
    return {"address": MailableLink(url, _("My talk about ten points"), words)}


@require_safe
def _talk(request: SeatedRequest, *, typed: Typed | None = None) -> HttpResponse:
    """Show a talk's state to one side, and what to do next."""
    return _page(request)


def _page(
    request: SeatedRequest, *, mail_form: Any = None, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    seat = request.seat
    state = seat.talk.state
    pages = ["agree", *(["mail"] if seat.key else [])]
    context: dict[str, Any] = {
        "seat": seat,
        "state": state,
        "urls": {name: seat.url(f"talk_{name}") for name in pages},
        "mails": bool(settings.EMAIL_URL),
        "mail_form": mail_form,
        "was_mailed": "mailed" in request.GET,
        "was_agreed": "agreed" in request.GET and seat.has_agreed,
        "was_noted": "noted" in request.GET,
        "was_cleared": "cleared" in request.GET,
        "was_unchanged": "unchanged" in request.GET and seat.has_agreed,
    }
    if state == TalkState.OPEN:
        context["both"] = _both(seat)
    else:
        context["note"] = seat.note
    if seat.is_inviter and state == TalkState.INVITED:
        context |= _invitation(request)
        context["mail_form"] = mail_form or InvitationMailForm()
    if seat.key and not seat.talk.has_ended and not seat.account.is_authenticated:
        context |= _address(request)  # a signed-in guest has the talk in their list
        context["mail_form"] = mail_form or LinkMailForm()
    return render(request, "purposeapp/talk.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def _agree(request: SeatedRequest, *, typed: Typed | None = None) -> HttpResponse:
    """Agree to show this side's points. If it's too early or too late, the talk's page says why."""
    if request.method == "POST":
        talk, side = request.seat.talk, request.seat.side
        with transaction.atomic():  # the email is put into the outbox only if the change commits
            outcome = talk.agree(side)
            if outcome == Outcome.NEWS:
                mail_opened(talk, side)
        if outcome != Outcome.REFUSED:
            return HttpResponseSeeOther(f"{request.seat.url()}?agreed")
    return HttpResponseSeeOther(request.seat.url())


@require_http_methods(["GET", "HEAD", "POST"])
def _withdraw(request: SeatedRequest, *, typed: Typed | None = None) -> HttpResponse:
    """Ask for confirmation, then delete this side's entries, or revoke an unused invitation.

    A talk that the other side has withdrawn from only leaves this side's list.
    """
    seat = request.seat
    if request.method != "POST":
        context = {"seat": seat, "action": seat.url("talk_withdraw"), "back": seat.url()}
        return render(request, "purposeapp/talk_withdraw.html", context)
    seat.talk.withdraw(seat.side)
    if seat.key:
        return HttpResponseSeeOther(seat.url())  # this page says so
    words = _("You've withdrawn. Your points, guess and note have been deleted.")
    if not seat.talk.started_at:
        words = _("Invitation revoked.")
    elif seat.other_has_withdrawn:
        words = _("Talk removed from your list.")
    messages.success(request, words)
    return HttpResponseSeeOther(reverse("talks"))


@require_http_methods(["GET", "HEAD", "POST"])
def _note(request: SeatedRequest, *, typed: Typed | None = None) -> HttpResponse:
    """Show and save this side's note."""
    seat = request.seat
    if request.method == "POST":
        form = TalkNoteForm(request.POST, stored=seat.note)
        if form.is_valid():
            text = form.cleaned_data["text"]
            if form.save(seat.talk, seat.side):
                done = "?noted" if text else "?cleared" if seat.note else ""
                return HttpResponseSeeOther(seat.url() + done)
            if not form.conflict:
                return note_too_late(request, seat, text)
    else:
        form = TalkNoteForm(stored=seat.note)
        restore_typed(form, typed)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    if form.conflict:
        status = HTTPStatus.CONFLICT
    context = {
        "seat": seat,
        "form": form,
        "typed": typed,
        "action": seat.url("talk_note"),
        "back": seat.url(),
    }
    return render(request, "purposeapp/talk_note.html", context, status=status)


@require_safe
def _sheet(request: SeatedRequest, *, typed: Typed | None = None) -> HttpResponse:
    """Show a sheet to print: both pairs, the questions, and how to lead the talk."""
    seat = request.seat
    if not seat.talk.is_open:
        return HttpResponseSeeOther(seat.url())
    context = {"seat": seat, "back": seat.url(), "both": _both_on_paper(seat)}
    return render(request, "purposeapp/talk_sheet.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def _remind(request: SeatedRequest, *, typed: Typed | None = None) -> HttpResponse:
    """Set one reminder for three months from now."""
    if request.method == "POST":
        remind_in_3_months(request)
    return HttpResponseSeeOther(request.seat.url())


@require_http_methods(["GET", "HEAD", "POST"])
def _renew(request: SeatedRequest, *, typed: Typed | None = None) -> HttpResponse:
    """Replace an invitation's link with a new one, and email it if an address is given."""
    seat = request.seat
    form = InvitationMailForm(request.POST)
    if request.method != "POST" or not seat.is_inviter:
        return HttpResponseSeeOther(seat.url())
    if not form.is_valid():
        return _page(request, mail_form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    email, replaced_hash = form.cleaned_data["email"], request.POST.get("replaces", "")
    # Idempotent: the same form makes the same key. A form that names no link makes a random one.
    key = (
        key_of_browser(request, f"{seat.talk.pk} {replaced_hash} {email}") if replaced_hash else ""
    )
    try:
        with transaction.atomic():  # so that no email with a key is sent after the next renewal
            made = seat.talk.renew_invitation(key, replaced_hash=replaced_hash)
            if made and made.is_new:
                return pass_on(request, seat, made.key, email)
    except LinkReplacedError:
        form.add_error(None, LINK_REPLACED)
        seat.talk.refresh_from_db()
        return _page(request, mail_form=form, status=HTTPStatus.CONFLICT)
    return HttpResponseSeeOther(f"{seat.url()}?link={made.key}" if made else seat.url())


def pass_on(request: HttpRequest, seat: TalkSeat, key: str, email: str) -> HttpResponse:
    """Email a new link if an address is given, and redirect to the page that shows the link.

    Without a mail server, the form doesn't ask for an address.
    """
    if not (email and settings.EMAIL_URL):
        messages.success(request, _("Your link is ready."))
    elif not ratelimit.consume(request, action="talk_invitation") or _is_mailbox_full(
        request, email
    ):
        messages.warning(request, TOO_MANY_MAILS)
    elif mail_invitation(seat.talk, key, email):
        messages.success(request, _("The link is on its way to %(email)s.") % {"email": email})
    else:
        messages.warning(request, NOT_SENT)
    return HttpResponseSeeOther(f"{seat.url()}?link={key}")


def _is_mailbox_full(request: HttpRequest, email: str) -> bool:
    """Count an email to this address. Returns whether its mailbox is over the daily limit."""
    return not ratelimit.consume(request, action="talk_mailbox", key=mailbox_of(email))


@require_http_methods(["GET", "HEAD", "POST"])
def _mail(request: SeatedRequest, *, typed: Typed | None = None) -> HttpResponse:
    """Email a guest their own link to the talk."""
    seat = request.seat
    form = LinkMailForm(request.POST)
    if request.method != "POST" or not settings.EMAIL_URL:
        return HttpResponseSeeOther(seat.url())
    if not form.is_valid():
        return _page(request, mail_form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    is_one_too_many = not ratelimit.consume(
        request, action="talk_address", key=str(seat.talk.pk)
    ) or _is_mailbox_full(request, form.cleaned_data["email"])
    if is_one_too_many:
        form.add_error("email", TOO_MANY_MAILS)
        return _page(request, mail_form=form, status=HTTPStatus.TOO_MANY_REQUESTS)
    if not mail_guest_url(seat.key, form.cleaned_data["email"]):
        form.add_error("email", NOT_SENT)
        return _page(request, mail_form=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return HttpResponseSeeOther(f"{seat.url()}?mailed")


talk_by_id, talk_by_key = both_ways(_resumable(_talk), shows_end=True)
agree_by_id, agree_by_key = both_ways(_resumable(_agree))
withdraw_by_id, withdraw_by_key = both_ways(_resumable(_withdraw), shows_end=True)
note_by_id, note_by_key = both_ways(_resumable(_note))
sheet_by_id, sheet_by_key = both_ways(_resumable(_sheet))
remind_by_id, _unused = both_ways(_resumable(_remind))
renew_by_id, _unused = both_ways(_resumable(_renew))
_unused, mail_by_key = both_ways(_resumable(_mail))
