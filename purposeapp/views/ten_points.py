"""The ten-points page: the view behind every form that asks for a split."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from purposeapp.forms.ten_points import FutureForm, TenPointsForm
from purposeapp.models import Assessment
from purposeapp.split import Split

from . import errors
from .resumable import Typed, resumable_form

RESULT_OF_THESE = _("See the result of these points")

Form = TypeVar("Form", bound=TenPointsForm)


class Opening(NamedTuple):
    """The initial state of a ten-points page."""

    last: Assessment | None = None
    """The assessment to compare with, if there is one."""
    initial: dict[str, Any] | None = None
    """The initial values of the form; None for an empty one."""


def opening_of(request: HttpRequest) -> Opening:
    """Return the signed-in user's last assessment, and the split that the query starts with.

    `?start=last` starts with the last assessment's split, `?start=6-2-2-0-0` with any other one.
    Any other value starts with an empty form.
    """
    last = Assessment.objects.latest_of(request.user)
    asks_for_last = request.GET.get("start") == "last"
    opening = opening_from_address(request, last.split if last and asks_for_last else None)
    return opening._replace(last=last)


def opening_from_address(request: HttpRequest, otherwise: Split | None = None) -> Opening:
    """Return the split that the query starts with (`?start=6-2-2-0-0`), or else `otherwise`."""
    try:
        start: Split | None = Split.parse(request.GET.get("start", ""))
    except ValueError:
        start = otherwise
    return Opening(None, start.as_dict() if start else None)


class Question(NamedTuple):
    """The texts of a ten-points page, and the class of its form."""

    form_class: type[TenPointsForm]
    title: Promise
    lead: Promise


NOW = Question(
    TenPointsForm,
    _("Your ten points today"),
    _("What are you on LinkedIn for today? Spend ten points as things are."),
)
FUTURE = Question(
    FutureForm,
    _("Your ten points in the future"),
    _("Where would you like to be? Spend ten points as you'd like them to be."),
)


def ten_points_page(
    form_class: type[Form],
    template: str,
    *,
    login_required: bool = False,
    opening: Callable[[Any], Opening] = opening_of,
    context: Callable[[Any, Form], dict[str, Any]] = lambda request, form: {},
    blank: Callable[[Any], HttpResponse | None] = lambda request: None,
    when_cookies_are_blocked: Callable[[Any, Form], HttpResponse] | None = None,
) -> Callable[[Callable[[Any, Form], HttpResponse]], Callable[..., HttpResponse]]:
    """Turn a function that handles a valid form into a view that asks for the ten points.

    The view shows the form, redisplays it with the points moved if a stepper button (+ or −)
    submitted it, and redisplays an invalid form with its values and status 422. Only a valid one
    is passed to the decorated function. If that raises a ValidationError, the form is redisplayed
    with this error. The template gets `form`, `typed` and the `context`.

    The view is resumable: with `typed`, it only shows the form as it was typed.

    If nothing is typed or sent, `blank` may return the page without creating a form.

    If the browser blocks cookies, `when_cookies_are_blocked` is called instead of the decorated
    function, without a CSRF check. It must store nothing, so that there's nothing to forge.
    """

    def decorator(when_valid: Callable[[Any, Form], HttpResponse]) -> Callable[..., HttpResponse]:
        @resumable_form(login_required=login_required)
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(when_valid)
        def view(
            request: HttpRequest, *, typed: Typed | None = None, cookies_blocked: bool = False
        ) -> HttpResponse:
            def page(form: Form, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
                values = {"form": form, "typed": typed, **context(request, form)}
                return render(request, template, values, status=status)

            sent = typed.data if typed else request.POST if request.method == "POST" else None
            if sent is None and (known := blank(request)):
                return known
            if sent is not None and not typed and "step" not in sent:
                form = form_class(sent)
                if not form.is_valid():
                    form.compare_with(opening(request).last)
                    return page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
                if cookies_blocked:
                    assert when_cookies_are_blocked  # noqa: S101
                    return when_cookies_are_blocked(request, form)
                try:
                    return when_valid(request, form)
                except ValidationError as error:
                    form.add_error(None, error)
                    return page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
            last, initial = opening(request)
            if sent is not None:
                return page(form_class.redisplay(sent, last=last))
            return page(form_class(initial=initial, last=last))

        # Outer decorators copy this attribute (functools.wraps), as with Django's `csrf_exempt`.
        view.works_without_cookies = bool(when_cookies_are_blocked)  # type: ignore[attr-defined]
        return view

    return decorator


def result_of_points(request: HttpRequest) -> errors.Way | None:
    """Return the link to the result of the ten points that were sent, so that they aren't lost.

    None if there are none.
    """
    if request.method != "POST":
        return None
    form = TenPointsForm(request.POST)
    if not form.is_valid():
        return None
    return errors.Way(reverse("split", args=[form.split]), str(RESULT_OF_THESE))
