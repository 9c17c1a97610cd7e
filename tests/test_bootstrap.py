from base64 import b64encode
from hashlib import sha384

from django.contrib.staticfiles import finders


def test_the_style_sheet_is_the_one_that_bootstrap_publishes():
    """It comes from a small third-party package; the hash is the one that Bootstrap publishes."""
    with open(finders.find("bootstrap/bootstrap.min.css"), "rb") as file:
        digest = b64encode(sha384(file.read()).digest()).decode()
    assert digest == "sRIl4kxILFvY47J16cr9ZwB07vP4J8+LH7qKQnuqkuIAvNWLzeN8tE5YBujZqJLB"
