"""What two people have to talk about, from the differences of their splits."""
