"""Run unit tests with the oldest versions that pyproject.toml allows, or on the newest Python.

    python tools/other_versions.py oldest [PYTEST ARGUMENT ...]
    python tools/other_versions.py newest [PYTEST ARGUMENT ...]

`oldest` takes the oldest Python that is allowed, if this machine has it, and pins each dependency
to its lower bound. `newest` takes the newest Python of the classifiers that this machine has, and
the newest versions of everything. Each makes an environment in a folder of its own and removes it.
Where the newest Python is the one that runs this, `newest` says so and runs nothing. uv installs
where it is found, else pip.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
UV = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
OURS = f"{sys.version_info.major}.{sys.version_info.minor}"
LOWEST = re.compile(r"([A-Za-z0-9._-]+)>=([0-9.]+)(?:,<[0-9.]+)?")
NAMED = re.compile(r"Programming Language :: Python :: (3\.\d+)")


def pins() -> str:
    """Return a constraints file that pins each dependency to its lower bound."""
    found = [LOWEST.fullmatch(dependency) for dependency in PROJECT["dependencies"]]
    if None in found:
        raise SystemExit("Every dependency in pyproject.toml needs a lower bound, NAME>=VERSION.")
    return "".join(f"{bound[1]}=={bound[2]}\n" for bound in found if bound)


def pythons() -> list[str]:
    """Return the versions of Python that the classifiers name, the oldest first."""
    named = [NAMED.fullmatch(line) for line in PROJECT["classifiers"]]
    return sorted((n[1] for n in named if n), key=lambda version: int(version.split(".")[1]))


def interpreter(version: str) -> str | None:
    """Find a Python of this version: this one, uv's, one of the PATH or of pyenv."""
    if version == OURS:
        return sys.executable
    if UV:
        found = subprocess.run(
            [UV, "python", "find", "--no-project", "--no-python-downloads", version],
            capture_output=True,
            text=True,
            check=False,
        )
        if found.returncode == 0:
            return found.stdout.strip()
    home = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for one in (f"python{version}", *sorted(home.glob(f"{version}.*/bin/python"))):
        path = shutil.which(str(one))
        if path and runs(path):
            return path
    return None


def runs(python: str) -> bool:
    """Tell whether a Python runs: one that pyenv has not switched on is there and does not."""
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def install(home: Path, python: str, constraints: Path | None) -> Path:
    """Make an environment with this project and its test tools; return its Python."""
    own = home / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    pinned = ["--constraint", str(constraints)] if constraints else []
    if UV:
        run(UV, "venv", "--quiet", "--python", python, str(home / "env"))
        pip = [UV, "pip", "install", "--quiet", "--python", str(own)]
    else:
        run(python, "-m", "venv", str(home / "env"))
        pip = [str(own), "-m", "pip", "install", "--quiet"]
        run(*pip, "--upgrade", "pip>=25.1")
    run(*pip, *pinned, "--editable", ".", "--group", "test")
    return own


def run(*command: str) -> None:
    """Run a command in the project's folder; end with its exit code where it fails."""
    code = subprocess.run(command, cwd=ROOT, check=False).returncode
    if code:
        raise SystemExit(code)


def main() -> None:
    """Read the arguments, choose the Python, install, run the tests."""
    which, *tests = sys.argv[1:]
    order = pythons() if which == "oldest" else pythons()[::-1]
    found = [(version, path) for version in order if (path := interpreter(version))]
    version, python = found[0] if found else (OURS, sys.executable)
    if which == "newest" and version == OURS:
        print(f"SKIPPED: this machine has none of Python {', '.join(order)} newer than {OURS}.")
        return
    with tempfile.TemporaryDirectory() as home:
        constraints = None
        if which == "oldest":
            constraints = Path(home) / "oldest.txt"
            constraints.write_text(pins(), encoding="utf-8")
        own = install(Path(home), python, constraints)
        print(f"Unit tests on Python {version}, {which} versions", flush=True)
        run(str(own), "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)


if __name__ == "__main__":
    main()
