from http import HTTPStatus

from allauth.decorators import rate_limit
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from purposeapp.accounts.deletion import recently_authenticated
from purposeapp.accounts.login_code import require_login_code
from purposeapp.forms import DeleteAccountForm
from purposeapp.web.requests import AuthenticatedRequest


@sensitive_post_parameters("password")
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_account(request: AuthenticatedRequest) -> HttpResponseBase:
    """Reauthenticate the user, then delete the account with all its data, and sign out.

    A user without a password reauthenticates with a login code by email.
    """
    if recently_authenticated(request):
        return _delete(request)
    if request.method == "POST":
        return require_login_code(request, request.user, next_url=reverse("account_delete"))
    return render(request, "purposeapp/delete_account_code.html")


@rate_limit(action="reauthenticate")
def _delete(request: AuthenticatedRequest) -> HttpResponseBase:
    form = DeleteAccountForm(request.POST if request.method == "POST" else None, user=request.user)
    status = HTTPStatus.OK
    if request.method == "POST":
        if form.is_valid() and form.save():
            logout(request)
            messages.success(request, _("Your account and all its data are deleted."))
            return redirect("questionnaire")
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "purposeapp/delete_account.html", {"form": form}, status=status)
