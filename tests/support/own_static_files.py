"""The product's settings, with the STATIC_ROOT of this run of tests.

Collecting deletes and writes anew, and `make run` may be serving from var/static meanwhile.
"""

import os

from config.settings import *  # noqa: F403 (that is the point)

STATIC_ROOT = os.environ["STATIC_ROOT"]
