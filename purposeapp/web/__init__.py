"""HTTP plumbing: the page cache, sessions, uploads, request bodies, logs and cache keys."""
