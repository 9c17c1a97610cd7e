"""What goes out as a file and comes back as one."""
