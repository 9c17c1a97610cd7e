from django.core.paginator import EmptyPage, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from purposeapp.advice.fit import WHEN, Direction
from purposeapp.advice.selection import AdvisedTip, by_audience
from purposeapp.sharing.links import share_purpose
from purposeapp.split import Purpose
from purposeapp.web.page_cache import PAGE_QUERIES, public_page
from purposeapp.web.published import published

PAGE_SIZE = 50


@public_page(queries=PAGE_QUERIES)
def purpose_page(request: HttpRequest, purpose: Purpose) -> HttpResponse:
    """Show what a purpose is, with all its tips, paginated."""
    try:
        page = Paginator(published().tips_on(purpose), PAGE_SIZE).page(request.GET.get("page", 1))
    except EmptyPage as error:
        raise Http404 from error
    shown = [AdvisedTip(tip, str(WHEN.get(Direction(tip.direction), ""))) for tip in page]
    context = {
        "purpose": purpose,
        "purposes": Purpose,
        "groups": by_audience(shown),
        "page": page,
        "share": share_purpose(purpose),
    }
    return render(request, "purposeapp/purpose.html", context)


@public_page
def purposes_page(request: HttpRequest) -> HttpResponse:
    """Show all five purposes in a sentence or two, each with a link to its page."""
    return render(request, "purposeapp/purposes.html", {"purposes": Purpose})
