"""The admin site: index page and input validation."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib import admin
from django.contrib.admin.options import TO_FIELD_VAR
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from purposeapp.admin.resumable import resume_form
from purposeapp.admin.stats import usage
from purposeapp.admin.to_do import to_do_list
from purposeapp.web.ids import is_id

View = TypeVar("View", bound=Callable[..., Any])


class AdminSite(admin.AdminSite):
    """Django's admin site, with a to-do list for editors on the index page."""

    site_header = site_title = _("Five Purposes")
    index_title = _("Administration")
    site_url = "/"
    # The list of tips needs the space, and there is little to navigate.
    enable_nav_sidebar = False

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Wrap an admin view: malformed input is refused before any lookup. Forms are resumable."""
        protected = super().admin_view(_refuse_malformed(view), cacheable)
        return cast(View, resume_form(view, protected))

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Redirect to the site's own password page, as for the sign-in.

        It rate limits wrong passwords. Django's form doesn't, and would change the password
        without an email to the user and a security event in the log.
        """
        return redirect("account_change_password")

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Sign out, and say so in the site's own words."""
        return super().logout(request, {"title": _("Signed out"), **(extra_context or {})})

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show the index page with the editors' to-do list and usage statistics."""
        context = {"usage": usage(), "to_do_list": to_do_list(request.user)}
        return super().index(request, {**context, **(extra_context or {})})


def _refuse_malformed(view: View) -> View:
    """Refuse malformed input: NUL characters, row ids that aren't ids, unknown reference fields.

    PostgreSQL and Django don't handle these, so they would cause a server error (500).
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if "\0" in request.path_info:
            raise Http404
        for data in (request.GET, request.POST):
            if any("\0" in text for name, values in data.lists() for text in [name, *values]):
                raise BadRequest("a NUL character")
            # Popup lists select rows by id only.
            if data.get(TO_FIELD_VAR, "id") != "id":
                raise BadRequest("not the field that rows are chosen by")
        chosen = request.POST.getlist("_selected_action")
        if not all(map(is_id, chosen)):
            raise BadRequest("not the id of a row")
        try:
            return view(request, *args, **kwargs)
        except ValidationError as error:
            # "View on site" looks up any id, e.g. a number where the primary key is a UUID.
            raise Http404 from error

    return wrapped  # type: ignore[return-value]
