from importlib import import_module

from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    """The app config of Django admin, with our own AdminSite."""

    default_site = "purposeapp.admin.site.AdminSite"

    def ready(self) -> None:
        # Import this before admin.site is instantiated: the package defines AdminSite and also
        # registers with the site. Imported during instantiation, it would register everything
        # with a second instance.
        import_module("purposeapp.admin")
        super().ready()
