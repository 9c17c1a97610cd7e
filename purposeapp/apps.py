from django.apps import AppConfig
from django.core.mail.utils import DNS_NAME
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from purposeapp.web.public_host import public_host


class PurposeappConfig(AppConfig):
    name = "purposeapp"
    verbose_name = _("Five Purposes")

    def ready(self) -> None:
        # Import the modules with signal receivers: nothing else would before the first request.
        from purposeapp.accounts import (
            groups,
            linkedin,  # noqa: F401
            pending,  # noqa: F401
            security_log,  # noqa: F401
            verification,  # noqa: F401
        )

        # The name by which Django greets mail servers (EHLO): the site's, as they expect, not the
        # container's. Django has no setting for it, and would look up the machine's name.
        DNS_NAME._fqdn = public_host()
        post_migrate.connect(groups.make_group, sender=self)
