"""The status code of allauth's forms with errors: 422, as for our own forms."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

ACCOUNT_VIEWS = ("account_", "socialaccount_")


class FormStatusMiddleware:
    """Change the status to 422 where a view of allauth shows a form with errors with a 200."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(
        self, request: HttpRequest, response: TemplateResponse
    ) -> TemplateResponse:
        form = (response.context_data or {}).get("form")
        match = request.resolver_match
        is_account_view = match and (match.url_name or "").startswith(ACCOUNT_VIEWS)
        if is_account_view and response.status_code == HTTPStatus.OK and form and form.errors:
            response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return response
