"""Signing up, in and out, what waits until then, and leaving for good."""
