"""The product's settings for a server of this run of tests.

The STATIC_ROOT is its own: collecting deletes and writes anew, and `make run` may be serving from
var/static meanwhile. Stories make an account each, many a minute from one address: passwords are
hashed cheaply, and the limits on sign-up and sign-in are out of reach.
"""

import os

from config.settings import *  # noqa: F403 (that is the point)

STATIC_ROOT = os.environ["STATIC_ROOT"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ACCOUNT_RATE_LIMITS = {
    **ACCOUNT_RATE_LIMITS,  # noqa: F405
    "signup": "10000/m/ip",
    "login": "10000/m/ip",
    "talk": "10000/m/ip",
}
