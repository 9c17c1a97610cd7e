from importlib import import_module

from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    """Django admin, with a start page of ours."""

    default_site = "purposeapp.admin.site.AdminSite"

    def ready(self) -> None:
        # The package that registers with the site holds its class too. Were the site made first,
        # the import of its class would register everything with another one.
        import_module("purposeapp.admin")
        super().ready()
