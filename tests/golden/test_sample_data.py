"""The repository's data/ is exactly what the seeded sample makes.

To rewrite it after a change of the sample: `python tools/write_sample_data.py`.
"""

from __future__ import annotations

from pathlib import Path

from csp_geo.sample import sample_files

ROOT = Path(__file__).resolve().parents[2]


def test_data_folder_is_the_sample_byte_for_byte():
    made = {path: content for path, content in sample_files().items() if path.startswith("data/")}
    stored = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in (ROOT / "data").rglob("*")
        if path.is_file()
    }
    assert sorted(stored) == sorted(made)
    assert [path for path in made if made[path] != stored[path]] == []
