from allauth.account import views
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache

from .reauthentication import requires_reauthentication
from .resumable import Typed, resumable_form


@never_cache
@resumable_form(login_required=True)
@requires_reauthentication
def change_email(request: HttpRequest, *, typed: Typed | None = None) -> HttpResponseBase:
    """Change the email, as allauth has it; one that was typed meanwhile is shown again."""
    if typed:
        return views.EmailView.as_view(**typed.as_initial("email"))(request)
    return views.email(request)
