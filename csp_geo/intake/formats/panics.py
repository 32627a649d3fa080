"""What reading a damaged workbook throws: errors, and panics of the library below."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from csp_geo.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from csp_geo.origin import Origin

_STDERR: Final = 2


@contextmanager
def opening_workbook(origin: Origin) -> Iterator[None]:
    """Turn what goes wrong with a workbook into a `SourceError`.

    A panic of the library is no `Exception`, and tells itself on stderr, which is not for people.
    """
    from python_calamine import CalamineError

    try:
        with _silent_stderr():
            yield
    except SourceError:
        raise
    except BaseException as error:
        panic = type(error).__name__ == "PanicException"
        if not panic and not isinstance(error, CalamineError | ValueError | OSError):
            raise
        raise SourceError(
            f"{origin.where} could not be read as an Excel workbook; it may be damaged or have a "
            "password."
        ) from error


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """Send what is written to stderr, by any library, nowhere; where there is one."""
    try:
        kept = os.dup(_STDERR)
    except OSError:
        yield
        return
    try:
        with suppress(OSError), open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - no path
            os.dup2(nowhere.fileno(), _STDERR)
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(kept)
