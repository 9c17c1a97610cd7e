"""A history over time: the picture of it, and what the picture says."""
