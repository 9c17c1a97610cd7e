from django.core.exceptions import ValidationError
from django.utils.functional import Promise

from purposeapp.accounts.deletion import LAST_SUPERUSER, delete_account
from purposeapp.accounts.forms import ReauthenticateForm
from purposeapp.models import User


class DeleteAccountForm(ReauthenticateForm):
    """Asks for the password, where there is one, and then deletes the account."""

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, user=user, **kwargs)
        if not user.has_usable_password():
            del self.fields["password"]

    @property
    def blocker(self) -> Promise | None:
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
