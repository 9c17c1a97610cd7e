"""A history over time: its chart, the sentences about it, and the progress towards a goal."""
