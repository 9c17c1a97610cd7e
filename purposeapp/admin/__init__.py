"""The admin: editors keep tips and portraits good, superusers see accounts and assessments."""

from . import portraits, tips, users  # noqa: F401 (they register)
