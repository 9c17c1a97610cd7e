"""A shell of manage.py that stays open: it runs one piece of Python for each line of JSON.

Starting Django takes a second or two, and stories give their people a past all the time.
"""

import json
import sys
import traceback

import django
from django.db import connections

if __name__ == "__main__":
    django.setup()
    for line in sys.stdin:
        error = None
        connections.close_all()  # a story may have stopped the server that they lead to
        try:
            exec(compile(json.loads(line), "<story>", "exec"), {})
        except Exception:
            error = traceback.format_exc()
        print(json.dumps(error), flush=True)
