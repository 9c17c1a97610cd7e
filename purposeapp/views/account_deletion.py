from http import HTTPStatus

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from purposeapp.accounts.deletion import DeleteAccountForm, recently_authenticated, send_login_code


@sensitive_post_parameters("password")
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete_account(request):
    """Ask who it is, then delete the account with everything that is its, and say goodbye."""
    posted = request.method == "POST"
    if not recently_authenticated(request):
        if posted:
            return _send_code(request)
        return _page(request, "purposeapp/delete_account_code.html")
    form = DeleteAccountForm(request.POST if posted else None, user=request.user)
    if not posted:
        return _page(request, "purposeapp/delete_account.html", form=form)
    if limited := ratelimit.consume_or_429(request, action="reauthenticate"):
        return limited
    if not form.is_valid() or not form.save():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(request, "purposeapp/delete_account.html", form=form, status=status)
    logout(request)
    messages.success(request, _("Your account and all its data are deleted."))
    return redirect("questionnaire")


def _send_code(request):
    """Prove an account without a password by signing in anew, with a code that comes by mail."""
    if not send_login_code(request):
        return ratelimit.respond_429(request)
    to_here = urlencode({"next": reverse("account_delete")})
    return redirect(f"{reverse('account_confirm_login_code')}?{to_here}")


def _page(request, template: str, status=HTTPStatus.OK, **context):
    return render(request, template, context, status=status)
