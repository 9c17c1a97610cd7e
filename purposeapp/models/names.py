"""Names that somebody types and strangers read: none may carry an address, as phishing would."""

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

ADDRESS_IN_NAME = r"(://|www\.|@)"
"""What a name must not hold: a page of ours would carry the address for whoever typed it."""
LINK_IN_NAME = rf"({ADDRESS_IN_NAME}|\S\.[a-z]{{2,}})"
"""What a name in a mail must not hold: where that is read, a domain alone becomes a link too."""
NAME_WITH_ADDRESS = _("Enter just a name, without a web or email address.")
NO_ADDRESS = RegexValidator(f"(?i){ADDRESS_IN_NAME}", NAME_WITH_ADDRESS, inverse_match=True)
NO_LINK = RegexValidator(f"(?i){LINK_IN_NAME}", NAME_WITH_ADDRESS, inverse_match=True)
