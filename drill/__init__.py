"""Fault injection and fuzzing: `make drill` and `make fuzz`."""
