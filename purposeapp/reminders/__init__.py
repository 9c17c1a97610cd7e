"""Asking people back: by mail, and in a calendar of their own."""
