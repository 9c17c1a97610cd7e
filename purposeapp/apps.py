from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.mail.utils import DNS_NAME
from django.db.models.signals import post_migrate
from django.utils.encoding import punycode
from django.utils.translation import gettext_lazy as _


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

        # Django puts this name into Message-IDs: the site's, not the machine's or container's.
        DNS_NAME._fqdn = punycode(urlsplit(settings.PUBLIC_URL).hostname or "")
        post_migrate.connect(groups.make_group, sender=self)
