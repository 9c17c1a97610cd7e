"""Check the pinned versions for known vulnerabilities, with pip-audit.

`make audit` runs it. If no source of advisories can be asked about a version, that is reported and
is not a failure.
"""

import json
import subprocess
import sys

REQUIREMENTS = "requirements/dev.txt"
"""Includes everything in server.txt and local.txt."""


def main() -> int:
    options = ["--require-hashes", "--disable-pip", "--progress-spinner=off", "--format=json"]
    done = subprocess.run(
        [sys.executable, "-m", "pip_audit", *options, "--requirement", REQUIREMENTS],
        capture_output=True,
        text=True,
    )
    try:
        found = json.loads(done.stdout)["dependencies"]
    except ValueError:
        print(f"SKIPPED: pip-audit can't get advisories:\n{done.stderr[-500:]}")
        return 0
    unknown = [each for each in found if "skip_reason" in each]
    known = [each for each in found if "skip_reason" not in each]
    if not known:
        print(f"SKIPPED: no advisories for any version: {unknown[0]['skip_reason'][:200]}")
        return 0
    vulnerable = [each for each in known if each["vulns"]]
    for each in vulnerable:
        for advisory in each["vulns"]:
            fixed = ", ".join(advisory["fix_versions"]) or "no version yet"
            print(f"{each['name']} {each['version']}: {advisory['id']}, fixed in {fixed}")
    print(f"{len(known)} versions checked, {len(vulnerable)} with a known vulnerability")
    if unknown:
        print(f"Not checked: {', '.join(each['name'] for each in unknown)}.")
    return 1 if vulnerable else 0


if __name__ == "__main__":
    sys.exit(main())
