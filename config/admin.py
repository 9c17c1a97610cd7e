from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    """Django admin, with a start page of ours."""

    default_site = "purposeapp.admin_site.AdminSite"
