from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from purposeapp.accounts.pending import MAX_PENDING
from purposeapp.community import MIN_CELL, MIN_CHANGED, MIN_PEOPLE
from purposeapp.models.room_answer import DELETED_WITHIN
from purposeapp.models.talk_queryset import INVITATION_TERM, KEPT_AFTER_TERM, TALK_TERM
from purposeapp.rooms.picture import MIN_ANSWERS
from purposeapp.web.page_cache import public_page
from purposeapp.web.room_seat import SEAT_AGE
from purposeapp.web.sessions import VISITOR_AGE

SECONDS_A_DAY = 24 * 60 * 60
HOUR = timedelta(hours=1)


@public_page
def privacy(request: HttpRequest) -> HttpResponse:
    """Show the privacy page: what is stored, why, for how long, and how to delete it."""
    context = {
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "visitor_days": VISITOR_AGE.days,
        "session_days": settings.SESSION_COOKIE_AGE // SECONDS_A_DAY,
        "max_pending": MAX_PENDING,
        "code_minutes": settings.CODE_MINUTES,
        "invitation_days": INVITATION_TERM.days,
        "talk_days": TALK_TERM.days,
        "kept_days": KEPT_AFTER_TERM.days,
        "min_answers": MIN_ANSWERS,
        "room_hours": DELETED_WITHIN // HOUR,
        "seat_hours": SEAT_AGE // HOUR,
        "min_people": MIN_PEOPLE,
        "min_changed": MIN_CHANGED,
        "min_cell": MIN_CELL,
        "contact": settings.CONTACT_EMAIL,
        "linkedin": bool(settings.LINKEDIN_CLIENT_ID),
    }
    return render(request, "purposeapp/privacy.html", context)
