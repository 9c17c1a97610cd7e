from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from purposeapp.accounts.verification import ASKED_BY, send_verification
from purposeapp.dates import today
from purposeapp.forms import ReminderForm
from purposeapp.forms.redisplay import restore_typed
from purposeapp.models import Reminder, User
from purposeapp.models.reminder import PERIODS, last_day
from purposeapp.reminders.calendar import CONTENT_TYPE, FILE_NAME, calendar_of
from purposeapp.web.login_required import login_required_to_post
from purposeapp.web.private import private
from purposeapp.web.requests import AuthenticatedRequest
from purposeapp.web.responses import attachment

from .resumable import Typed, resumable_form


@never_cache
@resumable_form(login_required=True)
@require_http_methods(["GET", "HEAD", "POST"])
def reminders(request: AuthenticatedRequest, *, typed: Typed | None = None) -> HttpResponse:
    """Show and change the user's reminder, with its next due date."""
    reminder = Reminder.objects.of(request.user) or Reminder(user=request.user)
    form = ReminderForm(request.POST if request.method == "POST" else None, reminder=reminder)
    status = HTTPStatus.OK
    if form.is_bound:
        if form.is_valid():
            form.save(user=request.user)
            messages.success(request, _("Your choice is saved."))
            return redirect("reminders")
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    restore_typed(form, typed)
    context = {
        "form": form,
        "typed": typed,
        "reminder": reminder,
        "address": request.user.email if request.user.is_reachable else None,
        "was_asked": request.session.get(ASKED_BY) == reverse("reminders"),
        "is_off": reminder.rhythm == Reminder.Rhythm.OFF,
        "is_overdue": bool(reminder.due_on and reminder.due_on <= today()),
        "periods": PERIODS.values(),
    }
    return render(request, "purposeapp/reminders.html", context, status=status)


def remind_in_3_months(request: HttpRequest) -> None:
    """Set one reminder for three months from now, and add a message that says so.

    If the page was out of date and the user has chosen a reminder in the meantime, that one stays,
    and the message is about it.
    """
    reminder = Reminder.objects.choose(
        user=request.user,
        rhythm=Reminder.Rhythm.ON_DATE,
        on=Reminder.Rhythm.EVERY_3_MONTHS.after(today()),
        replaces=False,
    )
    if reminder and reminder.due_on:
        day = date_format(reminder.due_on)
        if reminder.user.is_reachable:
            words = _("We'll remind you on %(day)s.") % {"day": day}
        else:
            words = format_html(
                _(
                    "Your reminder is due on {day}."
                    ' <a href="{page}">Confirm your email</a> so we can send it.'
                ),
                day=day,
                page=reverse("reminders"),
            )
        messages.success(request, words)
    elif reminder:
        words = _("You already have a reminder, for when something changes in your life.")
        messages.success(request, words)


@never_cache
@require_POST
@login_required_to_post("reminders")
def life_changed(request: AuthenticatedRequest) -> HttpResponse:
    """Schedule the reminder of a user who reports a change in their life, two weeks from now."""
    mine = Reminder.objects.for_user(request.user)
    if mine.schedule_after_change():
        messages.success(request, _("Thanks for telling us. We'll remind you in two weeks."))
    return redirect("reminders")


@never_cache
@require_POST
@login_required_to_post("reminders")
def confirm_email(request: AuthenticatedRequest) -> HttpResponse:
    """Send a code or a link that verifies the user's email address, as for a new account.

    The reminders and talks pages ask for it. Redirects back to the one that did.
    """
    asked_by = "talks" if request.POST.get("next") == "talks" else "reminders"
    if request.user.is_reachable:
        return redirect(asked_by)
    sent = send_verification(request)
    if settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED:
        back = urlencode({"next": reverse(asked_by)})
        return redirect(f"{reverse('account_email_verification_sent')}?{back}")
    request.session[ASKED_BY] = reverse(asked_by)
    if not sent:
        messages.warning(
            request, _("We've just sent an email. Wait a little before asking for another.")
        )
    return redirect(asked_by)


@csrf_exempt  # one-click unsubscribe: mail programs send neither cookie nor token (RFC 8058)
@private
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, stop_key: UUID) -> HttpResponse:
    """One-click unsubscribe with the key from an email (RFC 8058), without a sign-in.

    A GET changes nothing, because mail scanners follow every link in an email.
    """
    found = Reminder.objects.filter(stop_key=stop_key)
    if request.method == "POST":
        found.stop()
    context = {"reminder": get_object_or_404(found)}
    response = render(request, "purposeapp/stop_reminders.html", context)
    response["Referrer-Policy"] = "no-referrer"  # the URL contains a secret key
    return response


@never_cache
@login_required
@require_safe
def reminders_calendar(request: AuthenticatedRequest) -> HttpResponse:
    """Download an iCalendar file: the user's reminder, or one that repeats `every` n months."""
    stored = Reminder.objects.of(request.user)
    if every := request.GET.get("every"):
        reminder = _periodic_or_404(request.user, every, stored.sequence if stored else 0)
    elif stored:
        reminder = stored
    else:
        raise Http404
    if reminder.due_on is None:
        raise Http404
    return attachment(
        calendar_of(reminder, reminder.due_on),
        filename=FILE_NAME,
        content_type=f"{CONTENT_TYPE}; charset=utf-8",
    )


def _periodic_or_404(user: User, every: str, sequence: int) -> Reminder:
    rhythm = f"every_{every}_months"
    if rhythm not in PERIODS:
        raise Http404
    reminder = Reminder(user=user, rhythm=rhythm, sequence=sequence)
    reminder.begin(last=last_day(user), today=today())
    return reminder
