"""The product's URLs with LinkedIn switched on."""

from django.urls import include, path

from config.urls import *  # noqa: F403 (the handlers too)
from config.urls import urlpatterns as without

urlpatterns = [*without, path("accounts/", include("config.linkedin_urls"))]
