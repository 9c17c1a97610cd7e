"""Which version of what staff write a worker knows: polled, single-flight, stale-if-error.

Whatever a worker keeps that depends on tips, sentences, questions or the community's picture is
good for one version of them, and is forgotten with the next.
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
"""How long a look for a newer version may take."""


class LatestVersion:
    """The newest version that a worker has seen. Threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.clear()

    def clear(self) -> None:
        """Forget it, as a new worker has seen none."""
        with self._lock:
            self.known: str | None = None
            self._looked_at = float("-inf")
            self._is_looking = self.is_away = False

    def get(self, *, refresh: bool = False) -> str | None:
        """The version, looked up at most once in PUBLIC_PAGE_SECONDS; None before the first.

        With `refresh`, it is looked up now, however fresh it is.

        One thread looks, the others go on meanwhile with what is known. While the database does
        not answer, that stays good: a page that is a little old is better than none. It is then
        not asked more often for anybody, since a question may take its time to fail.
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
