from datetime import tzinfo

from allauth.account.models import EmailAddress
from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import connection, models, transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from purposeapp.advice.fit import Side
from purposeapp.time_zones import is_zone, zone_named

MAX_ZONE_LENGTH = 64
LIKE_A_ZONE = r"^([A-Za-z][A-Za-z0-9_+/-]*)?$"


class UserManager(BaseUserManager["User"]):
    """Manager of users, who are identified by their email address."""

    use_in_migrations = True

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Return an address in lower case, which is how allauth stores and looks up addresses."""
        return (email or "").lower()

    def create_user(self, email: str, password: str | None = None, **extra) -> "User":
        """Create a user. Without a password, they can't sign in with one.

        Raises ValueError without an address, and IntegrityError if someone already has it, in
        upper or lower case.
        """
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    @transaction.atomic
    def create_superuser(self, email: str, password: str | None = None, **extra) -> "User":
        """Create a superuser with a verified address.

        Anyone who can run a command on the server needn't prove that they can read its mail.
        """
        user = self.create_user(email, password, is_staff=True, is_superuser=True, **extra)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user

    def with_email(self, email: str | None) -> "models.QuerySet[User]":
        """Return a queryset with the user who has an address in any case, or an empty one.

        It doesn't use `iexact`, which compares in upper case. There, PostgreSQL takes a dotless i
        for an I, so that the owner of a domain with a dotless i could pose as anyone at the domain
        with a normal one (CVE-2019-19844).
        """
        return self.filter(email=self.normalize_email(email))

    def lock(self, user_id: int) -> bool:
        """Take a row lock on the account until the transaction ends; return False if it's deleted.

        It serializes changes to one person's data: a second request sees what the first has done.
        Rows with a foreign key to the account can still be inserted in the meantime.
        """
        return bool(self.select_for_update(no_key=True).filter(pk=user_id).first())

    def lock_import(self, user: "User") -> bool:
        """Take the advisory lock on imports into an account until the transaction ends.

        Returns False without waiting if another import has it, since imports can take long.
        """
        with connection.cursor() as cursor:
            key = f"import {user.pk}"
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [key])
            return cursor.fetchone()[0]

    def choose_side(self, user: "User", side: str) -> None:
        """Store a side of job seeking, if one is given and the person hasn't chosen one before."""
        if side:
            self.filter(pk=user.pk, side="").update(side=side)

    def reachable(self) -> "models.QuerySet[User]":
        """Return the people who may be sent mail.

        Mail goes to the primary address of an active account, and only once it is verified: anyone
        can enter someone else's. PostgreSQL makes sure that `email` is that address.
        """
        return self.filter(is_active=True, emailaddress__primary=True, emailaddress__verified=True)

    def superusers(self) -> "models.QuerySet[User]":
        """Return the superusers who can sign in to the admin."""
        return self.filter(is_superuser=True, is_active=True, is_staff=True)

    def lock_superusers(self) -> None:
        """Take row locks on all superusers, so that two can't stop being superusers at once.

        The second request waits, and then sees that it would remove the last one.
        """
        list(self.superusers().order_by("pk").select_for_update())

    def get_by_natural_key(self, email: str | None) -> "User":
        """Return the user with an address in any case."""
        return self.with_email(email).get()


class User(AbstractUser):
    """A person with an account. They sign in with their email address; there is no user name."""

    username = None  # type: ignore[assignment]
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("email"), unique=True)
    side = models.CharField(
        _("side of job seeking"),
        blank=True,
        default="",
        db_default="",
        db_column="seeks_as",
        max_length=10,
        choices=Side.choices,
        help_text=_("Which job seeking tips this person sees. Empty until they choose."),
    )
    time_zone = models.CharField(
        _("time zone"),
        blank=True,
        default="",
        db_default="",
        max_length=MAX_ZONE_LENGTH,
        help_text=_("The one that was chosen, such as Pacific/Auckland; empty: the browser's."),
    )
    browser_time_zone = models.CharField(
        _("time zone of the browser"),
        blank=True,
        default="",
        db_default="",
        max_length=MAX_ZONE_LENGTH,
        help_text=_("What the browser said last; empty until it does."),
    )
    left_out = models.BooleanField(
        _("left out of the community's picture"),
        default=False,
        db_default=False,
        help_text=_("Whether the latest result of this person is not counted in it."),
    )

    objects = UserManager()  # type: ignore[assignment,misc]

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique_in_any_case",
                violation_error_message=_("Someone already uses this email."),
            ),
            models.CheckConstraint(
                condition=models.Q(side__in=["", *Side.values]),
                name="user_seeks_as_is_known",
            ),
            # Only the form of a name is checked: the names themselves change every year (tzdata).
            models.CheckConstraint(
                condition=models.Q(
                    time_zone__regex=LIKE_A_ZONE, browser_time_zone__regex=LIKE_A_ZONE
                ),
                name="user_time_zones_look_like_names",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def save(self, *args, **kwargs) -> None:
        """Save the user. If it was deleted meanwhile, don't insert it again, as Django would."""
        if not self._state.adding and not args and not kwargs.get("force_insert"):
            kwargs["force_update"] = True
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        """The address, the only name that is known."""
        return self.email

    def get_short_name(self) -> str:
        """The address, the only name that is known."""
        return self.email

    @property
    def initial(self) -> str:
        """The first letter of the address, shown in the header."""
        return self.email[:1].upper()

    @property
    def is_reachable(self) -> bool:
        """Whether they may be sent mail; see `UserManager.reachable`."""
        return User.objects.reachable().filter(pk=self.pk).exists()

    @property
    def effective_side(self) -> Side:
        """The side of job seeking that they chose, or else both."""
        return Side(self.side or Side.BOTH)

    @property
    def zone(self) -> tzinfo:
        """The time zone that they chose, or else their browser's, or else UTC."""
        return zone_named(self.time_zone or self.browser_time_zone)

    def follow_browser(self, name: str, *, store: bool) -> None:
        """Use the browser's time zone, unless they chose one or the name is unknown."""
        if self.time_zone or name == self.browser_time_zone or not is_zone(name):
            return
        self.browser_time_zone = name
        if store:
            User.objects.filter(pk=self.pk).update(browser_time_zone=name)

    @property
    def is_last_superuser(self) -> bool:
        """Whether this is a superuser and no other superuser can sign in."""
        return self.is_superuser and not User.objects.superusers().exclude(pk=self.pk).exists()
