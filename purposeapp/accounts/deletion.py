"""Account deletion: an account and all its personal data are deleted in one transaction.

What others rely on stays: a tip that a staff member has changed keeps the change, but not the
name of who made it.
"""

import time

from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from purposeapp.models import OutgoingMail, Talk, User
from purposeapp.web.requests import AuthenticatedRequest

LAST_SUPERUSER = _(
    "This is the last superuser account. Create another superuser first, or nobody will be able "
    "to run this site."
)


def recently_authenticated(request: AuthenticatedRequest) -> bool:
    """Return whether the user can delete the account without reauthenticating first.

    True for users with a password, because the form asks for it, and for recent logins.
    """
    if request.user.has_usable_password():
        return True
    records = get_authentication_records(request, request.user)
    return any(time.time() - record["at"] < REAUTHENTICATION_TIMEOUT for record in records)


@transaction.atomic
def delete_account(user: User) -> None:
    """Delete an account with everything that belongs to it: assessments, email addresses, sessions
    in all browsers, connected accounts, emails that still wait to be sent to it, about it or about
    its talks, and admin log entries by or about it.

    Raises ValidationError for the last superuser.
    """
    if user.is_superuser:
        User.objects.lock_superusers()
    # A row lock: concurrent writes for this user wait for it, and then find no user.
    if not User.objects.select_for_update().filter(pk=user.pk).first():
        return  # the button was pressed twice
    if user.is_last_superuser:
        raise ValidationError(LAST_SUPERUSER, code="last_superuser")
    others = EmailAddress.objects.filter(user=user).values_list("email", flat=True)
    addresses = [user.email, *others]
    LogEntry.objects.filter(
        Q(content_type=ContentType.objects.get_for_model(User), object_id=str(user.pk))
        | Q(object_repr__in=addresses)
    ).delete()
    Talk.objects.lock_all_of(user)
    OutgoingMail.objects.delete_of_account(user, addresses)
    user.delete()
