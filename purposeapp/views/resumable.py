"""Resumable forms: what somebody typed is there again after a sign-in or an expired CSRF token."""

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

from . import errors

AnyView = TypeVar("AnyView", bound=Callable[..., HttpResponseBase])


def resumable_form(*, login_required: bool, anchor: str = "") -> Callable[[AnyView], AnyView]:
    """Decorate a view with a form of its own, and let what is typed into it survive.

    The view takes `typed`, and shows that in its form where it is not None. The request is a GET
    then, so a view that forgets it does nothing but show its page.

    - A form that arrives when nobody is signed in any more waits in the session (held_forms.py),
      and whoever typed it is led to the sign-in and back, to the `anchor` of the form.
    - After a CSRF failure, `csrf_failure` below calls the view with what was sent.
    - A form that was shown to one account is never taken from, nor shown to, another one.
    - `discard` drops what waits; `hold` lets it wait for `login` or `signup`.
    """

    def decorator(view: AnyView) -> AnyView:
        @wraps(view)
        def wrapped(
            request: HttpRequest, *args: Any, typed: Typed | None = None, **kwargs: Any
        ) -> HttpResponseBase:
            if getattr(request, "is_public", False):
                # Asking nobody who reads it, such as in an outage, it holds nothing of anybody's.
                return view(request, *args, typed=typed, **kwargs)
            if login_required and not request.user.is_authenticated:
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

        # Decorators around the view carry this on, as they do Django's own `csrf_exempt`.
        wrapped.is_resumable = True  # type: ignore[attr-defined]
        wrapped.sign_in_anchor = anchor if login_required else None  # type: ignore[attr-defined]
        return cast(AnyView, wrapped)

    return decorator


def shows_email_again(view: AnyView) -> AnyView:
    """Mark a view that takes a password: after a CSRF failure alone it shows the rest again."""
    view.is_resumable = True  # type: ignore[attr-defined]
    return view


def _to_sign_in(request: HttpRequest, anchor: str) -> HttpResponse:
    """To the sign-in and back; a form that was sent waits meanwhile."""
    is_held = request.method == "POST" and held_forms.hold_form(request)
    return redirect_to_login(request.get_full_path() + (anchor if is_held else ""))


def _to_sign_in_or_up(request: HttpRequest) -> HttpResponse:
    page = "account_signup" if request.POST["hold"] == "signup" else "account_login"
    return redirect_to_login(request.path, reverse(page))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose CSRF token is missing or stale, such as after signing in.

    A resumable form is shown again with what was sent, and nothing else is done with it. Where
    that needs a sign-in first, it waits, if the browser says that it came from a page of ours:
    nobody else may put anything into a session. Where cookies are blocked, a view that stores
    nothing of visitors answers as if there had been a token.
    """
    try:
        sent = request.POST
    except UnreadablePostError:
        return errors.incomplete(request)
    match = request.resolver_match
    if _is_without_cookies(request, reason):
        if not match or not getattr(match.func, "works_without_cookies", False):
            return errors.cookies_blocked(request)
        if _is_own_page(request):
            return match.func(request, *match.args, cookies_blocked=True, **match.kwargs)
    if not match or not getattr(match.func, "is_resumable", False):
        return errors.csrf_expired(request)
    if of_somebody_else(request):
        return errors.form_of_another_account(request)
    anchor = getattr(match.func, "sign_in_anchor", None)
    if anchor is not None and not request.user.is_authenticated:
        if _is_from_here(request):
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


def _is_from_here(request: HttpRequest) -> bool:
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


def _is_without_cookies(request: HttpRequest, reason: str) -> bool:
    """Whether the browser keeps no cookies: the page of every form sets one."""
    return reason == REASON_NO_CSRF_COOKIE and not request.COOKIES


def _is_own_page(request: HttpRequest) -> bool:
    """Whether the browser says that a page of ours sent the form.

    Django has refused a wrong Origin already. Without one, a program or an old browser sent it.
    """
    return "Origin" in request.headers or request.headers.get("Sec-Fetch-Site") == "same-origin"
