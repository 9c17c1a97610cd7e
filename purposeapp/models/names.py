"""Rules for names that other people see: no web or email addresses in them, against phishing."""

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

ADDRESS_IN_NAME = r"(://|www\.|@)"
"""Addresses, which a name must not contain: our pages would show them to other people."""
LINK_IN_NAME = rf"({ADDRESS_IN_NAME}|\S\.[a-z]{{2,}})"
"""Links, which a name in a mail must not contain: mail programs link even a bare domain."""
NAME_WITH_ADDRESS = _("Enter just a name, without a web or email address.")
NO_ADDRESS = RegexValidator(f"(?i){ADDRESS_IN_NAME}", NAME_WITH_ADDRESS, inverse_match=True)
NO_LINK = RegexValidator(f"(?i){LINK_IN_NAME}", NAME_WITH_ADDRESS, inverse_match=True)
