from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PurposeappConfig(AppConfig):
    name = "purposeapp"
    verbose_name = _("Five Purposes")

    def ready(self) -> None:
        # They listen to signing in; nothing else would import them before the first request.
        from . import editors, keeping, linkedin, proof  # noqa: F401

        post_migrate.connect(editors.make_group, sender=self)
