from django.contrib.staticfiles.apps import StaticFilesConfig as DjangoStaticFilesConfig


class StaticFilesConfig(DjangoStaticFilesConfig):
    """Collects of Bootstrap's thirty-odd builds only the one that the pages use, and its map."""

    ignore_patterns = [
        *DjangoStaticFilesConfig.ignore_patterns,
        "bootstrap.css*",
        "bootstrap-*.css*",
        "bootstrap*.rtl.*",
    ]
