"""HTTP plumbing: the page cache, sessions, uploads, request bodies, logs, caches and outages."""
