"""The product's settings for a server of this run of tests.

The STATIC_ROOT is its own: collecting deletes and writes anew, and `make run` may be serving from
var/static meanwhile. Passwords are hashed cheaply, since stories make an account each.
"""

import os

from config.settings import *  # noqa: F403 (that is the point)

STATIC_ROOT = os.environ["STATIC_ROOT"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
