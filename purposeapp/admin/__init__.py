"""The admin: editors keep tips and portraits good, superusers see accounts and assessments."""

from . import portraits, talk_questions, tips, users  # noqa: F401 (they register)
