from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path

# Use allauth's sign-in: the admin's own has no sign-in codes and no rate limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("purposeapp.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
]
if settings.LINKEDIN_CLIENT_ID:
    urlpatterns += [path("accounts/", include("config.linkedin_urls"))]

handler400 = "purposeapp.views.errors.bad_request"
handler403 = "purposeapp.views.errors.forbidden"
handler404 = "purposeapp.views.errors.not_found"
handler429 = "purposeapp.views.errors.too_many_requests"
handler500 = "purposeapp.views.errors.server_error"
