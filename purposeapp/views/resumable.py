"""Resumable forms: typed values survive a sign-in or an expired CSRF token."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar, cast

from django.contrib.auth.views import redirect_to_login
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    QueryDict,
    UnreadablePostError,
)
from django.middleware.csrf import REASON_NO_CSRF_COOKIE
from django.shortcuts import redirect
from django.urls import reverse

from purposeapp.web import held_forms
from purposeapp.web.account_key import of_somebody_else
from purposeapp.web.held_forms import Typed
from purposeapp.web.same_origin import is_same_origin

from . import errors

AnyView = TypeVar("AnyView", bound=Callable[..., HttpResponseBase])


def resumable_form(
    *,
    login_required: bool,
    anchor: str = "",
    introduction: Callable[[HttpRequest], HttpResponse] | None = None,
) -> Callable[[AnyView], AnyView]:
    """Decorate the view of a form so that its typed values survive.

    The view accepts `typed` and, unless it's None, shows those values in its form. The request is
    a GET then, so a view that ignores `typed` only shows its page.

    - If the session has expired, the submitted form is held in the session (held_forms.py), and the
      user is redirected to the sign-in page and back to the form's `anchor`.
      With `introduction`, a visitor who only opens the URL gets that page instead.
    - After a CSRF failure, `csrf_failure` below calls the view with the submitted values.
    - A form that was opened by one account is never accepted from, or shown to, another one.
    - A button named `discard` drops a held form. One named `hold` holds the form for a sign-in
      (`login`) or sign-up (`signup`).
    """

    def decorator(view: AnyView) -> AnyView:
        @wraps(view)
        def wrapped(
            request: HttpRequest, *args: Any, typed: Typed | None = None, **kwargs: Any
        ) -> HttpResponseBase:
            if getattr(request, "is_public", False):
                # Public, such as in an outage: the user and the session must not be queried.
                return view(request, *args, typed=typed, **kwargs)
            if login_required and not request.user.is_authenticated:
                if introduction and request.method in ("GET", "HEAD"):
                    return introduction(request)
                return _to_sign_in(request, anchor)
            if request.method == "POST":
                if of_somebody_else(request):
                    return errors.form_of_another_account(request)
                if "hold" in request.POST:
                    held_forms.hold_form(request, of_nobody=True)
                    return _to_sign_in_or_up(request)
                held_forms.drop_held_form(request)
                if "discard" in request.POST:
                    return redirect(request.path)
            elif not typed and (data := held_forms.held_form(request)):
                typed = Typed(data)
            return view(request, *args, typed=typed, **kwargs)

        # Outer decorators copy these attributes (functools.wraps), as with Django's `csrf_exempt`.
        wrapped.is_resumable = True  # type: ignore[attr-defined]
        wrapped.sign_in_anchor = anchor if login_required else None  # type: ignore[attr-defined]
        return cast(AnyView, wrapped)

    return decorator


def shows_email_again(view: AnyView) -> AnyView:
    """Mark a view with a password as resumable after a CSRF failure only, without the password."""
    view.is_resumable = True  # type: ignore[attr-defined]
    return view


def _to_sign_in(request: HttpRequest, anchor: str) -> HttpResponse:
    """Redirect to the sign-in page and back. A submitted form is held in the session."""
    is_held = request.method == "POST" and held_forms.hold_form(request)
    return redirect_to_login(request.get_full_path() + (anchor if is_held else ""))


def _to_sign_in_or_up(request: HttpRequest) -> HttpResponse:
    page = "account_signup" if request.POST["hold"] == "signup" else "account_login"
    return redirect_to_login(request.path, reverse(page))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return a 403 for a form with a missing or stale CSRF token, e.g. after signing in.

    A resumable form is redisplayed with the submitted values, and not processed. If it needs a
    sign-in first, it's held in the session, but only if it comes from a page of ours: other sites
    must not put anything into a session. If cookies are blocked, a view that stores nothing for
    visitors processes the form as if the token were valid.
    """
    try:
        sent = request.POST
    except UnreadablePostError:
        return errors.incomplete(request)
    match = request.resolver_match
    if _is_without_cookies(request, reason):
        if not match or not getattr(match.func, "works_without_cookies", False):
            return errors.cookies_blocked(request)
        if is_same_origin(request):
            return match.func(request, *match.args, cookies_blocked=True, **match.kwargs)
    if not match or not getattr(match.func, "is_resumable", False):
        return errors.csrf_expired(request)
    if of_somebody_else(request):
        return errors.form_of_another_account(request)
    anchor = getattr(match.func, "sign_in_anchor", None)
    if anchor is not None and not request.user.is_authenticated:
        if is_same_origin(request):
            return _to_sign_in(request, anchor)
        return errors.csrf_expired(request)
    request.method, request.POST = "GET", QueryDict()
    try:
        typed = Typed(sent, csrf_expired=True)
        response = match.func(request, *match.args, typed=typed, **match.kwargs)
    except Http404:
        return errors.csrf_expired(request)
    finally:
        request.method, request.POST = "POST", sent
    if response.status_code != HTTPStatus.OK:
        return errors.csrf_expired(request)
    response.status_code = HTTPStatus.FORBIDDEN
    return response


def _is_without_cookies(request: HttpRequest, reason: str) -> bool:
    """Return whether the browser blocks cookies: every page with a form sets one."""
    return reason == REASON_NO_CSRF_COOKIE and not request.COOKIES
