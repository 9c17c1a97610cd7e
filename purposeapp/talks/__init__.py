"""Emails of talks."""
