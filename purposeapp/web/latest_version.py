"""The latest version of the published content: polled, single-flight, stale-if-error.

Everything that a worker caches and that depends on tips, sentences, questions or the community's
picture is valid for one version of them, and is dropped with the next.
"""

import logging
import time
from threading import Lock

from django.conf import settings
from django.db import Error, connection

from purposeapp.models.published_version import published_version

from .outage import is_outage

logger = logging.getLogger(__name__)

LOOK_TIMEOUT_S = 0.5
"""The timeout of the query for the version."""


class LatestVersion:
    """The latest version that a worker has seen. It is thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.clear()

    def clear(self) -> None:
        """Reset it to the state of a new worker."""
        with self._lock:
            self.known: str | None = None
            self._looked_at = float("-inf")
            self._is_looking = self.is_away = False

    def get(self, *, refresh: bool = False) -> str | None:
        """Return the version, queried at most once in PUBLIC_PAGE_SECONDS; None before the first.

        With `refresh`, it is queried now, however recent it is.

        One thread queries; meanwhile, the others use the known version. While the database is
        unavailable, the known version stays valid: a page that is a little old is better than none.
        Then `refresh` is ignored and queries are less frequent, since each may block until a
        timeout.
        """
        with self._lock:
            now = time.monotonic()
            term = settings.PUBLIC_PAGE_SECONDS * (2 if self.is_away else 1)
            is_due = now - self._looked_at >= term
            if self._is_looking or (not is_due and (self.is_away or not refresh)):
                return self.known
            self._is_looking, self._looked_at = True, now
        try:
            with connection.answering_within(LOOK_TIMEOUT_S):  # type: ignore[attr-defined]
                version = published_version()
        except Error as error:
            self.is_away = is_outage(error)
            logger.warning("published_not_looked_for: %s", type(error).__name__)
            return self.known
        finally:
            self._is_looking = False
        with self._lock:
            self.is_away, self.known = False, version
        return version


latest_version = LatestVersion()
