"""Account deletion: an account goes, and everything of its person with it, in one transaction.

What others rely on stays: a tip that a member of staff has changed keeps the change, and loses
who made it.
"""

import time

from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.authentication import get_authentication_records
from allauth.account.forms import ReauthenticateForm
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from django.contrib.admin.models import LogEntry
from django.contrib.auth import logout
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q
from django.forms import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from purposeapp.models import User

LAST_SUPERUSER = _(
    "This is the last superuser account. Create another superuser first, or nobody could run "
    "this site."
)


class DeleteAccountForm(ReauthenticateForm):
    """Asks for the password, where there is one, and then deletes the account."""

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, user=user, **kwargs)
        if not user.has_usable_password():
            del self.fields["password"]

    @property
    def hindrance(self) -> Promise | None:
        """Why this account must stay for now, if it must."""
        return LAST_SUPERUSER if self.user.is_last_superuser else None

    def save(self) -> bool:
        """Delete the account. False, with an error, where nobody else could run the site."""
        try:
            delete_account(self.user)
        except ValidationError as error:
            self.add_error(None, error)
            return False
        return True


def recently_authenticated(request) -> bool:
    """Whether it is clear who asks: a password can be asked for, or they have just signed in."""
    if request.user.has_usable_password():
        return True
    records = get_authentication_records(request, request.user)
    return any(time.time() - record["at"] < REAUTHENTICATION_TIMEOUT for record in records)


def send_login_code(request) -> bool:
    """Sign out, and send a code with which to sign in again. False if that was too often."""
    user = request.user
    email = user.email.lower()
    if not ratelimit.consume(request, action="request_login_code", key=email):
        return False
    logout(request)
    LoginCodeVerificationProcess.initiate(request=request, user=user, email=email)
    return True


@transaction.atomic
def delete_account(user: User) -> None:
    """Delete an account with all that is its: assessments, addresses, sessions in every browser,
    connections to other sites, and what the admin's log says by or about it.

    Raises ValidationError for the last superuser.
    """
    if user.is_superuser:
        # Two of them that leave at once wait for each other; the second one is then the last.
        list(User.objects.superusers().order_by("pk").select_for_update())
    # Whatever else is about to record something for this person waits too, and finds nobody.
    if not User.objects.select_for_update().filter(pk=user.pk).first():
        return  # the button was pressed twice
    if user.is_last_superuser:
        raise ValidationError(LAST_SUPERUSER, code="last_superuser")
    addresses = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    LogEntry.objects.filter(
        Q(content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk))
        | Q(object_repr__in=[user.email, *addresses])
    ).delete()
    user.delete()
