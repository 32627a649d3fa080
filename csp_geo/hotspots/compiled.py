"""Functions compiled to machine code: how, and whether that is already done on this computer.

Compiled code is kept on disk (numba's cache), so a computer compiles once for each version. It is
machine code without the interpreter's lock: several threads can run it at the same time.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

import numba

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")

_LOG: Final = logging.getLogger(__name__)


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function when it is first called, and keep the machine code on disk.

    Where no folder can be written to, it is compiled again in each run.
    """
    try:
        compiler = numba.njit(cache=True, nogil=True, error_model="numpy")
        return compiler(function)  # type: ignore[no-any-return]
    except RuntimeError:
        return numba.njit(nogil=True, error_model="numpy")(function)  # type: ignore[no-any-return]
