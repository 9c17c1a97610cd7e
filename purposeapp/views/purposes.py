from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from purposeapp.advice.fit import WHEN
from purposeapp.advice.selection import AdvisedTip, by_audience
from purposeapp.models import Tip
from purposeapp.sharing.links import share_purpose
from purposeapp.split import Purpose
from purposeapp.web.page_cache import public_page

from .paging import Page

PAGE_SIZE = 50


@public_page
def purpose_page(request: HttpRequest, purpose: Purpose) -> HttpResponse:
    """What a purpose is, all tips on it, a page at a time, and where it can lead."""
    number = _number_or_404(request.GET.get("page", "1"))
    tips = Tip.objects.published().filter(purpose=purpose).for_everyone_first()
    start = (number - 1) * PAGE_SIZE
    page = Page.of(tips[start:], PAGE_SIZE)
    if start and not page.rows:
        raise Http404
    shown = [AdvisedTip(tip, str(WHEN.get(tip.direction, ""))) for tip in page.rows]
    context = {
        "purpose": purpose,
        "purposes": Purpose,
        "groups": by_audience(shown),
        "number": number,
        "following": number + 1 if page.following else None,
        "share": share_purpose(purpose),
    }
    return render(request, "purposeapp/purpose.html", context)


@public_page
def purposes_page(request: HttpRequest) -> HttpResponse:
    """All five purposes, each in a sentence or two, with the way to its own page."""
    return render(request, "purposeapp/purposes.html", {"purposes": Purpose})


def _number_or_404(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) < 4 and int(text):
        return int(text)
    raise Http404
