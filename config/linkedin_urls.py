"""URL patterns that exist only where LinkedIn is switched on. The paths are allauth's own."""

from django.urls import include, path

from purposeapp.accounts.linkedin import PROVIDER
from purposeapp.views import linkedin

which = {"provider_id": PROVIDER}

urlpatterns = [
    path("oidc/linkedin/login/", linkedin.login, which, name="openid_connect_login"),
    path("oidc/linkedin/login/callback/", linkedin.callback, which, name="openid_connect_callback"),
    path("3rdparty/signup/", linkedin.signup, name="socialaccount_signup"),
    path("3rdparty/", include("allauth.socialaccount.urls")),
]
