"""What happens in one window after the account was deleted in another one."""

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, Error
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from purposeapp.models import User

from . import errors


class DeletedAccountMiddleware:
    """Answers 410 where a view could store nothing since the account has just been deleted.

    A foreign key says so, or an update of no row, whichever view it was; and the session has gone
    with the account.
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
        return False  # it was another error, and stays one
