"""Asking a server for JSON: the only code of csp_geo that goes to a network.

One https GET at a time, to one host, with limits on time and size; what cannot be trusted is
refused with a sentence that says what to do. Sleeping and the clock are handed in, so nothing here
waits by itself.
"""

from __future__ import annotations

import http.client
import json
import re
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode, urlsplit

from csp_geo.core.errors import FetchError, SettingsError
from csp_geo.core.visible import clean

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPMessage

_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_BUSY: Final = frozenset({408, 429, 500, 502, 503, 504})
"""HTTP codes of a server that may answer when it is asked again."""
_CHUNK: Final = 65_536
_WHOLE: Final = re.compile(r"\d{1,6}")
_BY_HAND: Final = "or get the file by hand (the README in data/boundaries says how)"


@dataclass(frozen=True, kw_only=True)
class Wire:
    """How patiently and how far a server is trusted.

    `timeout_s` holds for each silence, `answer_s` for a whole answer. A server that is busy or
    breaks off is asked `attempts` times, waiting `first_wait_s` and then twice as long each time,
    never longer than `longest_wait_s`. `sleep` and `clock` count in seconds.
    """

    sleep: Callable[[float], None]
    clock: Callable[[], float]
    timeout_s: float = 30.0
    answer_s: float = 180.0
    attempts: int = 4
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    max_bytes: int = 50_000_000


class _AgainError(Exception):
    """A fault that may pass; `wait_s` is how long the server asked to be left alone."""

    def __init__(self, said: str, wait_s: float = 0.0) -> None:
        super().__init__(said)
        self.wait_s = wait_s


class Server:
    """A server that is asked for JSON below one address.

    Parameters
    ----------
    base
        Where it is: https, or http on this same computer; without user name, query or fragment.
    tell
        Is told when a question has to be asked again.

    Raises
    ------
    SettingsError
        If the address is none of these.
    """

    def __init__(self, base: str, wire: Wire, tell: Callable[[str], None]) -> None:
        self.base = _checked_base(base)
        self.host = str(urlsplit(self.base).hostname)
        self._wire, self._tell = wire, tell
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=ssl.create_default_context()),
            _SameHost(self.base),
        )

    def address(self, *path: str) -> str:
        """Return an address below the base; every part of the path is quoted."""
        return "/".join((self.base, *(quote(part, safe="/") for part in path)))

    def ask(self, *path: str, **query: str | int) -> dict[str, Any]:
        """Ask for one JSON object.

        Raises
        ------
        FetchError
            If there is no answer, or one that is not a JSON object, too large or an error.
        """
        address = f"{self.address(*path)}?{urlencode(query)}"
        wait = self._wire.first_wait_s
        for attempt in range(1, self._wire.attempts + 1):
            try:
                return self._answer(address)
            except _AgainError as error:
                pause = max(wait, error.wait_s)
                if attempt == self._wire.attempts or pause > self._wire.longest_wait_s:
                    raise FetchError(self._given_up(error, attempt, pause)) from error
                self._tell(f"{error} Asking again in {pause:g} seconds")
                self._wire.sleep(pause)
                wait = min(2 * wait, self._wire.longest_wait_s)
        raise AssertionError  # the last attempt returns or raises

    def _given_up(self, error: _AgainError, attempt: int, pause: float) -> str:
        later = "Try again later"
        if pause > self._wire.longest_wait_s:
            later = f"It asks to be left alone for {pause / 60:,.0f} minutes: try again then"
        times = "once" if attempt == 1 else f"{attempt} times"
        return f"{error} It was asked {times}. {later}, {_BY_HAND}."

    def _answer(self, address: str) -> dict[str, Any]:
        try:
            request = urllib.request.Request(  # noqa: S310 - the base was checked to be https
                address, headers={"User-Agent": "csp-geo", "Accept": "application/json"}
            )
            with self._opener.open(request, timeout=self._wire.timeout_s) as response:
                content_type = response.headers.get_content_type()
                data = self._body(response)
        except FetchError:
            raise  # said already: too large, or a redirect elsewhere
        except urllib.error.HTTPError as error:
            raise self._refused(error) from error
        except urllib.error.URLError as error:
            raise self._unreached(error.reason) from error
        except (TimeoutError, http.client.HTTPException, OSError) as error:
            raise self._unreached(error) from error
        return self._parsed(data, content_type)

    def _body(self, response: Any) -> bytes:
        limit, until = self._wire.max_bytes, self._wire.clock() + self._wire.answer_s
        length = response.headers.get("Content-Length", "")
        if length.isdigit() and int(length) > limit:
            raise FetchError(self._too_large())
        data = bytearray()
        while chunk := response.read1(_CHUNK):
            data += chunk
            if len(data) > limit:
                raise FetchError(self._too_large())
            if self._wire.clock() > until:
                raise _AgainError(
                    f"{self.host} took longer than {self._wire.answer_s:g} seconds to answer."
                )
        if length.isdigit() and len(data) < int(length):
            raise _AgainError(f"{self.host} broke off in the middle of its answer.")
        return bytes(data)

    def _too_large(self) -> str:
        size = self._wire.max_bytes / 1e6
        return (
            f"The answer from {self.host} is larger than {size:,.1f} MB, more than the boundaries "
            "of one borough can be. Nothing was written. Is it the right address (--service)?"
        )

    def _refused(self, error: urllib.error.HTTPError) -> Exception:
        error.close()
        said = f"{self.host} answered with HTTP {error.code}"
        if error.code in _BUSY:
            wait = error.headers.get("Retry-After", "") if error.headers else ""
            return _AgainError(f"{said}: it is busy or out of order.", float(_whole(wait)))
        if error.code in {401, 403, 407}:
            return FetchError(
                f"{said}: it, or a proxy on the way, does not let this computer in. Ask IT to "
                f"allow {self.host}, {_BY_HAND}."
            )
        return FetchError(f"{said}. The service may have moved: try another --year, {_BY_HAND}.")

    def _unreached(self, reason: object) -> Exception:
        if isinstance(reason, ssl.SSLCertVerificationError):
            return FetchError(
                f"The certificate of {self.host} was not accepted ({_clean(reason.verify_message)})"
                ", so nothing was asked. Networks that inspect traffic do this: ask IT for their "
                f"certificate (environment variable SSL_CERT_FILE), {_BY_HAND}."
            )
        if isinstance(reason, TimeoutError):
            return _AgainError(f"{self.host} did not answer in {self._wire.timeout_s:g} seconds.")
        if isinstance(reason, http.client.HTTPException | ConnectionError):
            return _AgainError(f"{self.host} broke off in the middle of its answer.")
        said = _clean(str(getattr(reason, "strerror", None) or reason))
        return FetchError(
            f"{self.host} could not be reached ({said}). Is this computer on the internet? Ask IT "
            f"to allow {self.host}, {_BY_HAND}."
        )

    def _parsed(self, data: bytes, content_type: str) -> dict[str, Any]:
        if content_type == "text/html" or data.lstrip()[:1] == b"<":
            raise FetchError(
                f"{self.host} answered with a web page instead of data: a sign-in page of your "
                f"network, or a notice of the service. Open https://{self.host} in a browser to "
                f"see, {_BY_HAND}."
            )
        try:
            parsed = json.loads(data)
        except RecursionError as error:
            raise FetchError(f"The answer of {self.host} is nested too deep to be data.") from error
        except ValueError as error:
            raise _AgainError(
                f"The answer from {self.host} is not complete JSON: it was cut off or is damaged."
            ) from error
        if not isinstance(parsed, dict):
            raise FetchError(f"The answer from {self.host} is not the object that was asked for.")
        if "error" in parsed:  # ArcGIS says HTTP 200 and puts the error into the body
            raise self._said_no(parsed["error"])
        return parsed

    def _said_no(self, error: object) -> Exception:
        fields = error if isinstance(error, dict) else {"message": error}
        code, message = fields.get("code"), _clean(str(fields.get("message") or "no reason given"))
        said = f"{self.host} answered with an error ({code}: {message})."
        if code in _BUSY:
            return _AgainError(said)
        return FetchError(f"{said} Try another --year, {_BY_HAND}.")


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follow a redirect only to the host that the user was told of, and never out of https."""

    def __init__(self, base: str) -> None:
        self._base = urlsplit(base)

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: Any,
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        new = urlsplit(newurl)
        if (new.scheme, new.netloc) != (self._base.scheme, self._base.netloc):
            fp.close()
            raise FetchError(
                f"{self._base.hostname} redirects to {_clean(new.netloc)}, which was not followed: "
                "only the address you were told of is asked. If the service has moved there, give "
                "the new address with --service; if it is a sign-in page, sign in first."
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _checked_base(base: str) -> str:
    try:
        parts = urlsplit(base.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    secure = parts.scheme == "https" or (parts.scheme == "http" and host in _LOOPBACK)
    if not host or not secure or parts.username or parts.query or parts.fragment:
        raise SettingsError(
            f"'{_clean(base)}' is not the address of a boundary service: it begins with https:// "
            "and ends in /rest/services, with no user name and no question mark."
        )
    return base.strip().rstrip("/")


def _whole(text: str) -> int:
    return int(text) if _WHOLE.fullmatch(text.strip()) else 0


def _clean(text: str) -> str:
    """Keep what can be shown of words that came from elsewhere."""
    return clean(text)[:200]
