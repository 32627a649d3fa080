"""Functions compiled to machine code, and whether that was done before on this computer.

Compiled code is kept on disk (numba's cache), so a computer compiles once for each version of the
code. It runs without the interpreter's lock: several threads can use it at the same time.
"""

from __future__ import annotations

import logging
import sys
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")

_LOG: Final = logging.getLogger(__name__)
_VERSION: Final = f"py{sys.version_info.major}{sys.version_info.minor}"


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Have a function compiled when it is first called, and the machine code kept on disk.

    Where no folder can be written to, it is compiled again in each run.
    """
    import numba

    compiler = partial(numba.njit, nogil=True, error_model="numpy")
    try:
        return compiler(cache=True)(function)
    except RuntimeError:
        return compiler()(function)


def is_kept(source: Path, name: str) -> bool:
    """Tell whether machine code of a function lies beside its source; numba is not loaded for it.

    Code kept elsewhere, because this folder cannot be written to, is not seen.
    """
    return any((source.parent / "__pycache__").glob(f"{source.stem}.{name}-*.{_VERSION}.nbi"))


def announce(function: Callable[..., object]) -> None:
    """Log that compiling takes a moment, unless `function` was compiled before."""
    statistics = getattr(function, "stats", None)  # not there when the compiler is turned off
    if statistics is None or getattr(function, "signatures", None):
        return
    code = function.__code__
    kept = f"{Path(code.co_filename).stem}.{function.__name__}-{code.co_firstlineno}.{_VERSION}.nbi"
    if not statistics.cache_path or not (Path(statistics.cache_path) / kept).is_file():
        _say_once()


@cache
def _say_once() -> None:
    _LOG.warning("Preparing the fast clustering code, once on this computer ...")
