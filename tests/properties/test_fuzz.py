"""Spoilt files of every format are refused in a sentence or accounted for: a small, seeded fuzz.

The long one is benchmarks/fuzz_readers.py; what it found once is in bad_inputs.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

FUZZ = Path(__file__).resolve().parents[2] / "benchmarks" / "fuzz_readers.py"
CASES = 40


def test_spoilt_files_are_no_faults(tmp_path: Path) -> None:
    asked = [sys.executable, str(FUZZ), "--cases", str(CASES), "--seed", "5"]
    ran = subprocess.run(
        asked, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=500
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    table = ran.stdout.splitlines()
    assert re.match(rf"{CASES} cases in .* 0 findings", table[-1])
    readers = {line[:16].strip(): line.split() for line in table[1:-1]}
    assert len(readers) >= 20
