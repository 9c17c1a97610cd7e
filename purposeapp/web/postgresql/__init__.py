"""Django's PostgreSQL backend with bounded waits, and a health check without a round trip."""
