from django.core.exceptions import ValidationError
from django.utils.functional import Promise

from purposeapp.accounts.deletion import LAST_SUPERUSER, delete_account
from purposeapp.accounts.forms import ReauthenticateForm
from purposeapp.models import User


class DeleteAccountForm(ReauthenticateForm):
    """Account deletion form: asks for the password, if the user has one."""

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, user=user, **kwargs)
        if not user.has_usable_password():
            del self.fields["password"]

    @property
    def blocker(self) -> Promise | None:
        """The reason why the account can't be deleted, if there is one."""
        return LAST_SUPERUSER if self.user.is_last_superuser else None

    def save(self) -> bool:
        """Delete the account. Returns False and adds an error if it's the last superuser's."""
        try:
            delete_account(self.user)
        except ValidationError as error:
            self.add_error(None, error)
            return False
        return True
