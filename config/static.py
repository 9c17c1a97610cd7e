from pathlib import Path

import whitenoise.middleware
from django.contrib.staticfiles.apps import StaticFilesConfig as DjangoStaticFilesConfig
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class StaticFilesConfig(DjangoStaticFilesConfig):
    """Collects only the one of Bootstrap's thirty-odd builds that the pages use, and its map."""

    ignore_patterns = [
        *DjangoStaticFilesConfig.ignore_patterns,
        "bootstrap.css*",
        "bootstrap-*.css*",
        "bootstrap*.rtl.*",
    ]


class WhiteNoiseMiddleware(whitenoise.middleware.WhiteNoiseMiddleware):
    """Serves the collected files, but not their manifest, which lists the name of every file."""

    def add_file_to_dictionary(self, url, path, stat_cache=None) -> None:
        if Path(path).name != ManifestStaticFilesStorage.manifest_name:
            super().add_file_to_dictionary(url, path, stat_cache=stat_cache)
