"""Passing a page on: its links, and the card that a network shows."""
