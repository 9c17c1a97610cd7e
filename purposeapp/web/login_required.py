"""Django's `login_required`, for views that only take POST."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse


def login_required_to_post(page: str, *args: str) -> Callable[[Callable[..., HttpResponse]], Any]:
    """Decorate a view that only takes POST: after the sign-in, the URL named `page` is next.

    Django's own `login_required` would lead back to the view itself, which refuses a GET. `args`
    names the arguments of the view that are arguments of the page too.
    """

    def decorator(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(reverse(page, args=[kwargs[name] for name in args]))
            return view(request, **kwargs)

        return wrapped

    return decorator
