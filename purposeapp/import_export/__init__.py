"""Import and export of histories and tips as files."""
