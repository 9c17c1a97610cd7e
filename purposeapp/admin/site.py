"""The admin site: its index page, and the validation of its input."""

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
from purposeapp.advice.coverage import uncovered_for_some_side
from purposeapp.advice.portrait import without_text
from purposeapp.models import PortraitPart, Tip
from purposeapp.web.ids import is_id

View = TypeVar("View", bound=Callable[..., Any])


class AdminSite(admin.AdminSite):
    """Django admin, which says first what there is to do."""

    site_header = site_title = _("Five Purposes")
    index_title = _("Administration")
    site_url = "/"
    # The list of tips needs the room, and there is little to navigate.
    enable_nav_sidebar = False

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """A page of the admin; malformed input is refused before anything is looked up by it."""
        protected = super().admin_view(_refuse_malformed(view), cacheable)
        return cast(View, resume_form(view, protected))

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """To the page of the site, as the sign-in: it limits wrong passwords, and Django's own form
        would change one without a mail to its owner and a line in the log."""
        return redirect("account_change_password")

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The start page: what is to be done about the texts, and how much the site is used."""
        context = {"usage": usage(), **(extra_context or {})}
        if request.user.has_perm("purposeapp.view_tip"):
            context |= {
                "drafts": Tip.objects.drafts().count(),
                "starting_later": Tip.objects.starting_later().count(),
                "uncovered": len(uncovered_for_some_side(Tip.objects.published())),
            }
        if request.user.has_perm("purposeapp.view_portraitpart"):
            missing = without_text(PortraitPart.objects.published())
            context["without_sentence"] = len(set().union(*missing.values()))
        return super().index(request, context)


def _refuse_malformed(view: View) -> View:
    """Validate input: no NUL characters, rows by their ids alone, and no fields that none are for.

    PostgreSQL and Django would stumble over them, and answer with an error of the server.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if "\0" in request.path_info:
            raise Http404
        for data in (request.GET, request.POST):
            if any("\0" in text for name, values in data.lists() for text in [name, *values]):
                raise BadRequest("a NUL character")
            # The lists that open in a window of their own choose by it, and by nothing else.
            if data.get(TO_FIELD_VAR, "id") != "id":
                raise BadRequest("not the field that rows are chosen by")
        chosen = request.POST.getlist("_selected_action")
        if not all(map(is_id, chosen)):
            raise BadRequest("not the id of a row")
        try:
            return view(request, *args, **kwargs)
        except ValidationError as error:
            # "View on site" looks up whatever id it is given, such as a number among UUIDs.
            raise Http404 from error

    return wrapped  # type: ignore[return-value]
