from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PurposeappConfig(AppConfig):
    name = "purposeapp"
    verbose_name = _("Five Purposes")
