from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from purposeapp.sharing.card import card_of_purpose, card_of_questionnaire, card_of_split
from purposeapp.split import Purpose, Split


@require_safe
@cache_control(public=True, max_age=0, must_revalidate=True)
@condition(etag_func=lambda request: card_of_questionnaire().etag)
def questionnaire_card(request: HttpRequest) -> HttpResponse:
    """The preview card of the first page."""
    return HttpResponse(card_of_questionnaire().png(), content_type="image/png")


@require_safe
@cache_control(public=True, max_age=0, must_revalidate=True)
@condition(etag_func=lambda request, split: card_of_split(split).etag)
def split_card(request: HttpRequest, split: Split) -> HttpResponse:
    """The preview card of a result."""
    return HttpResponse(card_of_split(split).png(), content_type="image/png")


@require_safe
@cache_control(public=True, max_age=0, must_revalidate=True)
@condition(etag_func=lambda request, purpose: card_of_purpose(purpose).etag)
def purpose_card(request: HttpRequest, purpose: Purpose) -> HttpResponse:
    """The preview card of a purpose."""
    return HttpResponse(card_of_purpose(purpose).png(), content_type="image/png")
