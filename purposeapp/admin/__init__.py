"""The admin: editors keep the tips good, superusers see accounts and assessments."""

from . import people, tips  # noqa: F401 (they register)
