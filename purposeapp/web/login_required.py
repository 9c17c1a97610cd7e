"""A `login_required` for views that accept only POST."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse


def login_required_to_post(page: str, *args: str) -> Callable[[Callable[..., HttpResponse]], Any]:
    """Decorator for views that accept only POST: after sign-in, redirect to the URL named `page`.

    Django's `login_required` would redirect to the view itself, which refuses GET. `args` are the
    names of the view's arguments that are also arguments of the page.
    """

    def decorator(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(reverse(page, args=[kwargs[name] for name in args]))
            return view(request, **kwargs)

        return wrapped

    return decorator
