from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.utils.cache import (
    add_never_cache_headers,
    get_conditional_response,
    patch_cache_control,
)
from django.views.decorators.http import require_safe

from purposeapp.sharing.card import (
    Card,
    TooManyDrawingsError,
    card_of_purpose,
    card_of_questionnaire,
    card_of_split,
)
from purposeapp.split import Purpose, Split
from purposeapp.web.security_headers import RESOURCE_POLICY

RETRY_AFTER_S = 2
"""Seconds in which a few cards are drawn."""


@require_safe
def questionnaire_card(request: HttpRequest) -> HttpResponse:
    """Return the preview card of the first page."""
    return _card(request, card_of_questionnaire(), always=True)


@require_safe
def split_card(request: HttpRequest, split: Split) -> HttpResponse:
    """Return the preview card of a result."""
    return _card(request, card_of_split(split))


@require_safe
def purpose_card(request: HttpRequest, purpose: Purpose) -> HttpResponse:
    """Return the preview card of a purpose."""
    return _card(request, card_of_purpose(purpose), always=True)


def _card(request: HttpRequest, card: Card, *, always: bool = False) -> HttpResponse:
    """Return the image; 304 if the client has it, 503 if too many others are being drawn."""
    response = get_conditional_response(request, etag=card.etag)
    if response is None:
        try:
            response = HttpResponse(card.png(always=always), content_type="image/png")
        except TooManyDrawingsError:
            response = HttpResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
            response["Retry-After"] = str(RETRY_AFTER_S)
            add_never_cache_headers(response)
            return response
    response["ETag"] = card.etag
    response[RESOURCE_POLICY] = "cross-origin"  # social networks embed it in their own pages
    patch_cache_control(response, public=True, max_age=0, must_revalidate=True)
    return response
