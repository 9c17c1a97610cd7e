"""The admin: editors maintain texts, superusers manage accounts and see assessments."""

from . import portraits, talk_questions, tips, users  # noqa: F401 (they register)
