"""Measure how long `csp-geo --help` takes beside the imports that it does without.

    python benchmarks/help.py

Each figure is the least CPU time of several runs in processes of their own: others may work on
the machine. The help should take at most 0.3 of the imports. Both begin with an interpreter, which
is shown by itself.
"""

from __future__ import annotations

import resource
import subprocess
import sys

RUNS = 9
MOST = 0.3
HEAVY = "import folium, geopandas, pyogrio, sklearn.cluster"
CODES = {
    "an interpreter": "pass",
    "csp-geo --help": "from csp_geo.cli.main import main; main(['--help'])",
    "the heavy imports": HEAVY,
}


def seconds(code: str) -> float:
    """Run Python code in a process of its own; return its CPU seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Measure in turns, print, and say whether the help is within its share."""
    taken: dict[str, list[float]] = {name: [] for name in CODES}
    for _ in range(RUNS):
        for name, code in CODES.items():
            taken[name].append(seconds(code))
    least = {name: min(found) for name, found in taken.items()}
    for name, found in least.items():
        print(f"{name:<20} {found:.3f} s")
    share = least["csp-geo --help"] / least["the heavy imports"]
    print(f"{'share':<20} {share:.2f} (at most {MOST})")
    return int(share > MOST)


if __name__ == "__main__":
    sys.exit(main())
