"""OpenID Connect: sign-in with LinkedIn, if it is configured.

We ask LinkedIn for a name and an email address, and store nothing else. The address alone
doesn't open an existing account: either both sides have verified it, or the user first enters a
code that we mail to it. verification.py explains what such a code does to older passwords.
"""

import logging
import re
from http import HTTPStatus

from allauth.account.models import EmailAddress
from allauth.account.signals import user_logged_in
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount import forms as allauth_forms
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from purposeapp.accounts.login_code import require_login_code
from purposeapp.models import User

logger = logging.getLogger(__name__)

PROVIDER = "linkedin"
"""The id in URLs and in the row of each connected account."""

REFUSALS = {"access_denied", "user_cancelled_login", "user_cancelled_authorize"}
"""The OAuth 2 error codes with which LinkedIn reports that the user cancelled."""

BOOLEAN_CLAIMS = {"email_verified"}
"""The claims that may be booleans. All others that we read are text."""

MAX_ID_LENGTH = 191
"""Maximum length of a LinkedIn user id, in characters, as the database column allows."""

ENTER_THE_CODE = _(
    "There's already an account with this email. Enter the code we've just sent you to connect "
    "LinkedIn to it."
)
CONNECTED = _("LinkedIn is connected. You can now sign in with it.")
NOTHING_CONNECTED = _("You cancelled at LinkedIn, so nothing was connected.")
ONLY_WAY_IN = _("LinkedIn is your only way to sign in. Set a password first, then disconnect it.")


class OAuth2Adapter(OpenIDConnectOAuth2Adapter):
    """OAuth 2 adapter whose callback URL comes from PUBLIC_URL, not from the Host header."""

    def get_callback_url(self, request, app) -> str:
        path = reverse("openid_connect_callback", kwargs={"provider_id": self.provider_id})
        return settings.PUBLIC_URL + path

    @property
    def openid_config(self) -> dict:
        """LinkedIn's OpenID Connect discovery document. Raises OAuth2Error if it's incomplete."""
        config = super().openid_config
        needed = ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "issuer"]
        if missing := [name for name in needed if name not in config]:
            raise OAuth2Error(f"The provider does not name its {', '.join(missing)}.")
        return config


class LinkedInProvider(OpenIDConnectProvider):
    """OpenID Connect provider that validates LinkedIn's claims strictly."""

    oauth2_adapter_class = OAuth2Adapter

    def get_oauth2_adapter(self, request):
        return self.oauth2_adapter_class(request, PROVIDER)

    def get_scope_from_request(self, request) -> list[str]:
        """Return the configured scope. allauth would add scopes from the query string."""
        return self.get_scope()

    def get_auth_params_from_request(self, request, action) -> dict:
        """Return the configured parameters. allauth would add those of the query string."""
        return self.get_auth_params()

    def sociallogin_from_response(self, request, response) -> SocialLogin:
        """Read the claims, and drop those of a wrong type, which allauth would accept.

        allauth drops an email that our adapter refuses: the sign-up form then asks for one.
        """
        claims = response["userinfo"] if isinstance(response["userinfo"], dict) else {}
        valid = {
            name: value
            for name, value in claims.items()
            if name in BOOLEAN_CLAIMS or _is_text(value)
        }
        return super().sociallogin_from_response(request, {**response, "userinfo": valid})

    def extract_uid(self, data) -> str:
        """Return the LinkedIn user id. Raises OAuth2Error if it's missing or too long."""
        uid = data["userinfo"].get("sub", "")
        if not 0 < len(uid) <= MAX_ID_LENGTH:
            raise OAuth2Error("The provider does not say who that is.")
        return uid

    def extract_extra_data(self, data) -> dict:
        """Return the claims to store: enough for the user to recognize the LinkedIn account."""
        return {key: data["userinfo"].get(key) for key in ("name", "email")}

    def extract_email_addresses(self, data) -> list[EmailAddress]:
        """Return the address, verified only if LinkedIn says true or, as it may, "true"."""
        addresses = super().extract_email_addresses(data)
        for address in addresses:
            address.verified = address.verified in (True, "true")
        return addresses


def _is_text(value: object) -> bool:
    """Return whether PostgreSQL can store it as text: no NUL, no unpaired surrogate."""
    return isinstance(value, str) and not re.search(r"[\0\ud800-\udfff]", value)


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Social account adapter: decides which account a LinkedIn sign-in may open."""

    def list_apps(self, request, provider=None, client_id=None) -> list[SocialApp]:
        """Return the one app, configured by environment variables. allauth's table is unused."""
        if not settings.LINKEDIN_CLIENT_ID or provider not in (None, PROVIDER, "openid_connect"):
            return []
        return [
            SocialApp(
                provider="openid_connect",
                provider_id=PROVIDER,
                name="LinkedIn",
                client_id=settings.LINKEDIN_CLIENT_ID,
                secret=settings.LINKEDIN_CLIENT_SECRET,
                settings={
                    "server_url": settings.LINKEDIN_SERVER_URL,
                    "token_auth_method": "client_secret_post",
                    "oauth_pkce_enabled": False,
                    "scope": ["openid", "profile", "email"],
                },
            )
        ]

    def get_provider(self, request, provider, client_id=None) -> LinkedInProvider:
        return LinkedInProvider(request, app=self.get_app(request, provider, client_id))

    def authenticate_by_email(self, sociallogin) -> tuple[User, str] | None:
        """Return the account and the address, if LinkedIn and this site both have verified it."""
        for address in sociallogin.email_addresses:
            email = address.email.lower()
            ours = EmailAddress.objects.filter(
                email=email, user__email=email, verified=True
            ).select_related("user")
            if address.verified and (found := ours.first()):
                return found.user, found.email
        return None

    def pre_social_login(self, request, sociallogin) -> None:
        """Require a login code if an account has the address but it isn't verified here.

        LinkedIn's verification isn't enough: someone else may have signed up with the address
        before, and could still sign in with their password afterwards.
        """
        sociallogin.token = None
        if sociallogin.is_existing or sociallogin.state.get("process") != AuthProcess.LOGIN:
            return
        for address in sociallogin.email_addresses:
            user = User.objects.with_email(address.email).first()
            if user and address.verified:
                raise ImmediateHttpResponse(_require_login_code(request, user, sociallogin))

    @transaction.atomic
    def save_user(self, request, sociallogin, form=None) -> User:
        """Save a new account, its address and its LinkedIn account atomically."""
        return super().save_user(request, sociallogin, form)

    def on_authentication_error(
        self, request, provider, error=None, exception=None, extra_context=None
    ) -> None:
        """Respond with a redirect if the user cancelled, otherwise with an error page."""
        state = (extra_context or {}).get("state") or {}
        reason = exception or request.GET.get("error")
        if reason in REFUSALS:
            answer = _consent_refused(request, state.get("next"))
        elif not (state or exception):
            answer = _error_page(request, HTTPStatus.BAD_REQUEST)
        else:
            answer = provider_failed(request, reason)
        raise ImmediateHttpResponse(answer)


def provider_failed(request: HttpRequest, reason: object) -> HttpResponse:
    """Return an error page (502) for a sign-in that failed at LinkedIn, and log the reason."""
    logger.warning("linkedin_failed: %s", reason)
    return _error_page(request, HTTPStatus.BAD_GATEWAY)


def _error_page(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    context = {"stale": status == HTTPStatus.BAD_REQUEST}
    return render(request, "socialaccount/authentication_error.html", context, status=status)


def _consent_refused(request: HttpRequest, next_url: str | None) -> HttpResponse:
    if request.user.is_authenticated:
        messages.info(request, NOTHING_CONNECTED)
        return redirect("socialaccount_connections")
    cancelled = reverse("socialaccount_login_cancelled")
    return redirect(f"{cancelled}?{urlencode({'next': next_url})}" if next_url else cancelled)


def _require_login_code(request: HttpRequest, user: User, sociallogin) -> HttpResponseBase:
    """Send a login code to the account's address. Entering it connects LinkedIn and signs in."""
    account = sociallogin.account
    response = require_login_code(
        request,
        user,
        next_url=sociallogin.get_redirect_url(request),
        linkedin_account={"uid": account.uid, "extra_data": account.extra_data},
    )
    if response.headers.get("Location") == reverse("account_confirm_login_code"):
        messages.info(request, ENTER_THE_CODE)
    return response


@receiver(user_logged_in)
def connect_pending_account(
    sender, request: HttpRequest, user: User, linkedin_account: dict | None = None, **kwargs
) -> None:
    """Connect the LinkedIn account that waited for this login's code."""
    if linkedin_account is None:
        return
    account, is_new = SocialAccount.objects.get_or_create(
        provider=PROVIDER,
        uid=linkedin_account["uid"],
        defaults={"user": user, "extra_data": linkedin_account["extra_data"]},
    )
    if is_new:
        messages.success(request, CONNECTED)
        get_adapter().send_notification_mail(
            "socialaccount/email/account_connected", user, {"account": account}
        )


class DisconnectForm(allauth_forms.DisconnectForm):
    """Form to disconnect LinkedIn, if the user has another way to sign in."""

    def clean(self) -> dict:
        """Replace allauth's rule, which requires a password even if login codes can be sent."""
        user = self.request.user
        if not (
            user.has_usable_password()
            or EmailAddress.objects.filter(user=user, verified=True).exists()
            or self.accounts.count() > 1
        ):
            raise ValidationError(ONLY_WAY_IN)
        return self.cleaned_data
