"""Run a command with two npm packages at hand that tests compare with: opening_hours and axe-core.

    python tools/with_npm.py COMMAND [ARGUMENT ...]

They are installed into a temporary folder, which is named in CSP_GEO_NPM and removed after. Where
npm is not there or cannot have them, that is said and the command runs all the same: its tests then
skip what needs them. Why, and under which licences: docs/decisions/0018-npm-tools.md
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGES = ("opening_hours@3.15.0", "axe-core@4.14.1")

QUIETLY = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-save")


def installed(folder: Path) -> str:
    """Install the packages without running any script of theirs; return why not, "" for done."""
    npm = shutil.which("npm")
    if npm is None:
        return "there is no npm on this computer"
    run = subprocess.run(
        [npm, "install", "--prefix", str(folder), *QUIETLY, *PACKAGES],
        capture_output=True,
        text=True,
        check=False,
    )
    said = run.stderr.strip().splitlines() or ["npm did not say why"]
    return "" if run.returncode == 0 else said[0]


def main() -> int:
    """Run the command of the arguments and return its exit code."""
    with tempfile.TemporaryDirectory(prefix="csp-geo-npm-") as name:
        folder = Path(name)
        environment = dict(os.environ)
        environment.pop("CSP_GEO_NPM", None)
        if why := installed(folder):
            print(f"Without {' and '.join(PACKAGES)}: {why}.", flush=True)
        else:
            environment["CSP_GEO_NPM"] = str(folder / "node_modules")
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
