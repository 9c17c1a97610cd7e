"""What tests share: makers of rows, servers, a browser and those who use it."""
