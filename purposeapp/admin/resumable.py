"""Resumable forms in the admin: typed values survive a sign-in (ADR 21)."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from purposeapp.forms.redisplay import restore_typed
from purposeapp.web.account_key import FormOfAnotherAccountError, of_somebody_else
from purposeapp.web.held_forms import Typed, drop_held_form, held_form, hold_form

AnyView = TypeVar("AnyView", bound=Callable[..., Any])


def resumable(view: AnyView) -> AnyView:
    """Mark a ModelAdmin's view as resumable. It must call `show_typed` before it renders."""
    view.is_resumable = True  # type: ignore[attr-defined]
    view.sign_in_anchor = ""  # type: ignore[attr-defined]
    return view


def resume_form(view: Callable, protected: Callable) -> Callable:
    """Wrap a marked view, which Django has `protected`, so that its typed values survive.

    The admin's counterpart of `resumable_form`.
    """
    if not getattr(view, "is_resumable", False):
        return protected

    @wraps(protected)
    def wrapped(
        request: HttpRequest, *args: Any, typed: Typed | None = None, **kwargs: Any
    ) -> HttpResponse:
        if request.method == "POST" and not request.user.is_authenticated:
            hold_form(request)  # Django redirects to the sign-in page and back
        elif request.method == "POST":
            if of_somebody_else(request):
                raise FormOfAnotherAccountError
            drop_held_form(request)
            if "discard" in request.POST:
                return redirect(request.path)
        elif not typed and (data := held_form(request)):
            typed = Typed(data)
        request.typed = typed  # type: ignore[attr-defined]  # Django's own views pass nothing on
        return protected(request, *args, **kwargs)

    return wrapped


def show_typed(request: HttpRequest, context: dict[str, Any]) -> None:
    """Fill the form that is about to be rendered with the typed values and their version."""
    if typed := getattr(request, "typed", None):
        restore_typed(context["adminform"].form, typed)
        context["typed"] = typed
