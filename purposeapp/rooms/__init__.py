"""What a room may see of its answers: averages and ranges of a group, and no single answer."""
