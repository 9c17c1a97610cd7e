"""The product's settings, with a STATIC_ROOT that no other server shares.

Collecting deletes and writes anew, and `make run` or another process of tests may be serving
from var/static meanwhile.
"""

import os

from config.settings import *  # noqa: F403 (that is the point)

STATIC_ROOT = os.environ["STATIC_ROOT"]
