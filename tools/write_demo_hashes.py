"""Make the demo, and write the hash of each of its tables to tests/golden/demo_hashes.json.

What a table holds is not to change by accident: tests/packs/test_demo.py compares these. Run with a
folder, take the demo that lies there.
"""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from csp_geo.cli.main import main
from csp_geo.core.storage import sha256_of

ROOT = Path(__file__).resolve().parents[1]
HASHES = ROOT / "tests" / "golden" / "demo_hashes.json"
MADE = ("maps", "havens", "after-the-calls", "directory")
"""Folders of the demo that commands make; data/ has a test of its own."""
TABLES = (".csv", ".geojson")


def hashes_of(demo: Path) -> dict[str, str]:
    """Return the hash of every table of a demo by its path; none depends on the project's key."""
    return {
        path.relative_to(demo).as_posix(): sha256_of(path)
        for folder in MADE
        for path in sorted((demo / folder).rglob("*"))
        if path.suffix in TABLES
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        demo = Path(sys.argv[1]) if sys.argv[1:] else Path(home, "demo")
        if not sys.argv[1:]:
            with suppress(SystemExit):
                main(["demo", "--out", str(demo)])
        HASHES.write_text(json.dumps(hashes_of(demo), indent=2) + "\n", encoding="utf-8")
