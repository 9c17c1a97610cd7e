"""What a talk sends by mail."""
