from allauth.account import views
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache

from .reauthentication import requires_reauthentication
from .resumable import Typed, resumable_form


@never_cache
@resumable_form(login_required=True)
@requires_reauthentication
def change_email(request: HttpRequest, *, typed: Typed | None = None) -> HttpResponseBase:
    """allauth's view to change the email address, as a resumable form."""
    options = typed.as_initial("email") if typed else {}
    # Without a mail server, addresses are verified by a link in the log instead of a code.
    by_code = settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED
    options["extra_context"] = {**options.get("extra_context", {}), "by_code": by_code}
    return views.EmailView.as_view(**options)(request)
