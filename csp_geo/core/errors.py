"""What csp_geo raises.

Every message says what was needed, what was found, where, and what to try. Each error is also the
builtin that a caller would expect, so ``except ValueError`` keeps working.
"""


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


class NetworkError(CspGeoError, ValueError):
    """A layer of paths, or of what bars the way on foot, cannot be used."""


class FetchError(CspGeoError, ConnectionError):
    """A server could not be asked, or what it answered cannot be trusted; says what to do."""


class OutputError(CspGeoError, OSError):
    """An output folder cannot be written: which, why, and what to do."""


class NoReportsError(CspGeoError, ValueError):
    """Nothing is left to map: no file, no usable row, nothing in the period."""


class NoPlacesError(CspGeoError, ValueError):
    """A test for chance has no list of places where reports can be; says what to do."""


class InfeasibleError(CspGeoError, ValueError):
    """No choice of sites can do what was asked; says what is nearest to it."""


class CautionWarning(UserWarning):
    """Something that a reader must know before leaning on an answer."""
