from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError

from purposeapp.web.outage import is_outage


class SessionStore(db.SessionStore):
    """Sessions in PostgreSQL, where signing out ends one for every worker at once."""

    @classmethod
    def get_model_class(cls):
        # Settings name this module before any model can be loaded.
        from purposeapp.models import Session

        return Session

    def create_model_instance(self, data):
        """The row of a session, which says whose it is."""
        session = super().create_model_instance(data)
        session.user_id = data.get(SESSION_KEY)  # type: ignore[attr-defined]
        return session

    def save(self, must_create=False) -> None:
        """Store it. Raises the error of an outage as it is.

        Django takes any error of the database for a session that was deleted meanwhile.
        """
        try:
            super().save(must_create)
        except UpdateError as error:
            if error.__context__ and is_outage(error.__context__):
                raise error.__context__ from None
            raise

    def _validate_session_key(self, key):
        """Count a cookie that no session could have as none, instead of asking PostgreSQL.

        A NUL in it would be an error there, and so a 500 here, before anybody is signed in.
        """
        return bool(key) and len(key) >= 8 and key.isascii() and key.isalnum()
