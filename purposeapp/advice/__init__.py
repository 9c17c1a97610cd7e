"""Advice: which tips fit a split, in which order, and how well the tips cover all splits."""
