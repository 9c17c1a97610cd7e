"""HTTP plumbing: page cache, sessions, uploads, request bodies, logs, caches and outages."""
