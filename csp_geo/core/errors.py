"""What csp_geo raises.

Every message says what was needed, what was found, where, and what to try. Each error is also the
builtin that a caller would expect, so ``except ValueError`` keeps working.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class CspGeoError(Exception):
    """Root of every error that csp_geo raises on purpose."""


class CRSError(CspGeoError, ValueError):
    """Coordinates are in another coordinate reference system than the step needs."""


class SchemaError(CspGeoError, ValueError):
    """A table does not keep its written contract (`csp_geo.core.tables`)."""


class SettingsError(CspGeoError, ValueError):
    """A setting, an option or a period makes no sense; the command line exits with 2."""


class SourceError(CspGeoError, ValueError):
    """A file cannot be read as reports: which file, what was needed, what was found."""


class BoundaryError(CspGeoError, ValueError):
    """A boundary or zone file cannot be used."""


class GroundError(CspGeoError, ValueError):
    """A file cannot be laid into the ground, or the ground that there is cannot be used."""


class NetworkError(CspGeoError, ValueError):
    """A layer of paths, or of what bars the way on foot, cannot be used."""


class FetchError(CspGeoError, ConnectionError):
    """A server could not be asked, or what it answered cannot be trusted; says what to do."""


class OutputError(CspGeoError, OSError):
    """An output folder cannot be written: which, why, and what to do."""


class NoReportsError(CspGeoError, ValueError):
    """Nothing is left to map: no file, no usable row, nothing in the period."""


class OverlapError(NoReportsError):
    """Two feeds of a source would count the same events twice.

    `source` is the source, `feeds` are the names of its feeds: one of them must be chosen.
    """

    def __init__(self, message: str, source: str, feeds: tuple[str, ...]) -> None:
        super().__init__(message)
        self.source, self.feeds = source, feeds


class SeveralError(CspGeoError, ValueError):
    """Several things stand in the way: `errors` are all of them, each with a sentence of its own.

    Its text has a line for each.
    """

    def __init__(self, errors: Sequence[CspGeoError]) -> None:
        super().__init__("\n".join(map(str, errors)))
        self.errors = tuple(errors)


def refuse(errors: Sequence[CspGeoError]) -> None:
    """Raise what stands in the way, if anything does: one error as itself, several together."""
    single = [one for error in errors for one in getattr(error, "errors", (error,))]
    if len(single) == 1:
        raise single[0]
    if single:
        raise SeveralError(single)


class NoPlacesError(CspGeoError, ValueError):
    """A test for chance has no list of places where reports can be; says what to do."""


class InfeasibleError(CspGeoError, ValueError):
    """No choice of sites can do what was asked; says what is nearest to it."""


class CautionWarning(UserWarning):
    """Something that a reader must know before leaning on an answer."""
