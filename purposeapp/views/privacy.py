from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from purposeapp.accounts.pending import MAX_PENDING
from purposeapp.web.page_cache import public_page

SECONDS_A_DAY = 24 * 60 * 60


@public_page
def privacy(request: HttpRequest) -> HttpResponse:
    """What is stored, why, how long, and how to get rid of it."""
    context = {
        "session_days": settings.SESSION_COOKIE_AGE // SECONDS_A_DAY,
        "max_pending": MAX_PENDING,
        "linkedin": bool(settings.LINKEDIN_CLIENT_ID),
    }
    return render(request, "purposeapp/privacy.html", context)
