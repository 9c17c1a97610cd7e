from pathlib import Path

import whitenoise.middleware
from django.contrib.staticfiles.apps import StaticFilesConfig as DjangoStaticFilesConfig
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class StaticFilesConfig(DjangoStaticFilesConfig):
    """Collects of Bootstrap's thirty-odd builds only the one that the pages use, and its map."""

    ignore_patterns = [
        *DjangoStaticFilesConfig.ignore_patterns,
        "bootstrap.css*",
        "bootstrap-*.css*",
        "bootstrap*.rtl.*",
    ]


class WhiteNoiseMiddleware(whitenoise.middleware.WhiteNoiseMiddleware):
    """Serves what was collected, and not the manifest of it, which lists every file's name."""

    def add_file_to_dictionary(self, url, path, stat_cache=None) -> None:
        if Path(path).name != ManifestStaticFilesStorage.manifest_name:
            super().add_file_to_dictionary(url, path, stat_cache=stat_cache)
