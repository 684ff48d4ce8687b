"""Looks every locked package up in the database of known vulnerabilities.

Exit code 1 if one is known. Where no database can be asked, it says so: the code is not at fault.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OPTIONS = ("--disable-pip", "--require-hashes", "--requirement", "requirements.lock")


def main() -> int:
    """Ask, and report in a line or two."""
    program = Path(sys.executable).with_name("pip-audit")
    command = [program, *OPTIONS, "--format", "json", "--progress-spinner", "off"]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(asked.stdout)["dependencies"]
    except ValueError:
        return report(f"not checked: {(asked.stderr.splitlines() or ['no answer'])[-1]}")
    checked = [package for package in packages if "vulns" in package]
    if not checked:
        return report("not checked: no database that knows these packages can be reached.")
    known = [
        f"{package['name']} {package['version']}: {vulnerability['id']}"
        for package in checked
        for vulnerability in package["vulns"]
    ]
    missing = len(packages) - len(checked)
    report(f"{len(known)} in {len(checked)} packages; {missing} could not be checked.", *known)
    return int(bool(known))


def report(*lines: str) -> int:
    """Print the lines; 0."""
    sys.stdout.write("Known vulnerabilities: " + "\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
