"""Middleware for requests that are under way while their account is deleted elsewhere."""

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, Error
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from purposeapp.models import User

from . import errors


class DeletedAccountMiddleware:
    """Returns a 410 if a view fails to save because the account has just been deleted.

    In any view, that shows as a violated foreign key or an UPDATE that matches no row. The session
    is deleted with the account.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DatabaseError) or not _is_deleted(request):
            return None
        request.session.flush()
        request.user = AnonymousUser()
        return errors.gone(
            request,
            _("This account was deleted"),
            _("It was deleted in another window, so nothing was saved."),
        )


def _is_deleted(request: HttpRequest) -> bool:
    user = request.user
    try:
        return user.is_authenticated and not User.objects.filter(pk=user.pk).exists()
    except Error:
        return False  # the database has another problem: let the original exception through
