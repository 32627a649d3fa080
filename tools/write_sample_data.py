"""Write the default sample into the repository's data/ folder, which holds nothing else.

python tools/write_sample_data.py
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from csp_geo.sample import sample_files

ROOT: Final = Path(__file__).resolve().parent.parent

if __name__ == "__main__":
    shutil.rmtree(ROOT / "data", ignore_errors=True)
    made = {path: content for path, content in sample_files().items() if path.startswith("data/")}
    for path, content in made.items():
        target = ROOT / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    print(f"Wrote {len(made)} files to data/")
