"""The admin: editors keep the tips good, superusers see accounts and assessments."""

from . import tips, users  # noqa: F401 (they register)
