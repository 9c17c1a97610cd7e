"""Talks: what two people can discuss, based on the differences of their splits."""
