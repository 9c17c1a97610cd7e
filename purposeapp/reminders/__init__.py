"""Reminders to spend the ten points again: emails and calendar files."""
