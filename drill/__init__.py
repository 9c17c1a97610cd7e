"""What breaks things and counts what is left: `make drill` and `make fuzz`."""
