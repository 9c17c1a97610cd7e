"""A persistent Django shell: it executes the Python code in each line of JSON on stdin.

Starting Django takes a second or two, and browser tests often create rows for their people.
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
        connections.close_all()  # a test may have stopped the database server
        try:
            exec(compile(json.loads(line), "<story>", "exec"), {})
        except Exception:
            error = traceback.format_exc()
        print(json.dumps(error), flush=True)
