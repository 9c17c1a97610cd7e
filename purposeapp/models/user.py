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
    """Makes users, who are known by their e-mail address."""

    use_in_migrations = True

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """An address in lower case, which is how allauth stores them and looks them up."""
        return (email or "").lower()

    def create_user(self, email: str, password: str | None = None, **extra) -> "User":
        """Make and store a user. Without a password, the account can't be signed in to with one.

        Raises ValueError without an address, IntegrityError where somebody has it already,
        in whatever upper or lower case.
        """
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    @transaction.atomic
    def create_superuser(self, email: str, password: str | None = None, **extra) -> "User":
        """Make a user who may do everything in the admin, and whose address counts as verified.

        Whoever can run a command on the server need not prove that they read its mail.
        """
        user = self.create_user(email, password, is_staff=True, is_superuser=True, **extra)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user

    def with_email(self, email: str | None) -> "models.QuerySet[User]":
        """The user with an address, in whatever case it is typed; empty for nobody.

        Not by `iexact`, which compares in upper case: there, a dotless i is an I to PostgreSQL, and
        whoever owns a domain with one would be everybody at the domain without (CVE-2019-19844).
        """
        return self.filter(email=self.normalize_email(email))

    def lock(self, user_id: int) -> bool:
        """Take a row lock on the account until the transaction ends; False where it is gone.

        What happens to one person's things happens one after the other: a second request finds
        what the first has done. Rows that only refer to the account can be added meanwhile.
        """
        return bool(self.select_for_update(no_key=True).filter(pk=user_id).first())

    def lock_import(self, user: "User") -> bool:
        """Take the advisory lock on imports of an account until the transaction ends.

        False where another one has it, which is not waited for: an import takes its time.
        """
        with connection.cursor() as cursor:
            key = f"import {user.pk}"
            cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [key])
            return cursor.fetchone()[0]

    def superusers(self) -> "models.QuerySet[User]":
        """Those who may do everything in the admin, and can sign in to do it."""
        return self.filter(is_superuser=True, is_active=True, is_staff=True)

    def lock_superusers(self) -> None:
        """Take row locks on them: two that stop being one at once wait for each other, and the
        second one is then the last."""
        list(self.superusers().order_by("pk").select_for_update())

    def get_by_natural_key(self, email: str | None) -> "User":
        """Find a user by address, in whatever case it is typed."""
        return self.with_email(email).get()


class User(AbstractUser):
    """Somebody with an account. The e-mail address is the login; there is no user name."""

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
            # Which names there are changes every year, and is known to Python's tzdata.
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
        """Store it. One that was deleted meanwhile stays deleted: Django would insert it again."""
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
        """The first letter of their address, which stands for them in the header."""
        return self.email[:1].upper()

    @property
    def effective_side(self) -> Side:
        """The side of job seeking they chose, else both."""
        return Side(self.side or Side.BOTH)

    @property
    def zone(self) -> tzinfo:
        """The time zone they chose, else the one of their browser, else UTC."""
        return zone_named(self.time_zone or self.browser_time_zone)

    def follow_browser(self, name: str) -> None:
        """Take note of the time zone that the browser says, unless they chose one themselves."""
        if self.time_zone or name == self.browser_time_zone or not is_zone(name):
            return
        self.browser_time_zone = name
        User.objects.filter(pk=self.pk).update(browser_time_zone=name)

    @property
    def is_last_superuser(self) -> bool:
        """Whether nobody could do everything in the admin if this account were gone."""
        return self.is_superuser and not User.objects.superusers().exclude(pk=self.pk).exists()
