"""Settings for the servers under test.

They have their own STATIC_ROOT, since collectstatic deletes and rewrites files, and `make run` may
be serving from var/static meanwhile. Browser tests create many accounts a minute from one IP
address, so passwords are hashed cheaply, and the rate limits that they would meet are out of reach.
With COMPRESS=false in the environment, static files are collected without being compressed, which
takes most of the time.
"""

import os

from config.settings import *  # noqa: F403 (that is the point)

STATIC_ROOT = os.environ["STATIC_ROOT"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if os.environ.get("COMPRESS") == "false":
    WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["css", "js", "svg", "txt", "json", "map", "md"]
ACCOUNT_RATE_LIMITS = {
    **ACCOUNT_RATE_LIMITS,  # noqa: F405
    "signup": "10000/m/ip",
    "login": "10000/m/ip",
    "talk": "10000/m/ip",
}
