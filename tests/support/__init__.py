"""Test helpers: factories for rows, servers, browsers and the people who use them."""
