"""Pages in one file: what all of them share, so that none asks for anything from elsewhere.

A page is a Jinja template over plain texts, all of them escaped, under a Content-Security-Policy
that lets only its own scripts run and fetches nothing.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from html.parser import HTMLParser
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import jinja2

from csp_geo.core.visible import clean, json_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ADDRESSES: Final = re.compile(
    r"url\(\s*['\"]?([^)'\"]*)|@import\s+['\"]?([^'\";]*)", re.IGNORECASE
)
_FETCHING: Final = {
    *("src", "srcset", "poster", "data", "background", "action", "formaction", "ping", "manifest"),
    *("href", "xlink:href"),
}


def render(template: str, values: Mapping[str, Any], *, scripts: Sequence[str] = ()) -> str:
    """Fill a template and make sure that the page asks for nothing.

    Parameters
    ----------
    template
        A file of `templates/`, built on `frame.html.j2`.
    values
        What it shows; `marking` and `title` among them.
    scripts
        The only scripts that may run in the page, in their order.

    Raises
    ------
    RuntimeError
        If anything in the page would be fetched from elsewhere: a bug, never the data.
    """
    common = {
        "scripts": scripts,
        "csp": content_security_policy(scripts),
        "css_marking": css_string(values["marking"]),
        "form_css": asset("form.css"),
    }
    page = _environment().get_template(template).render(common | dict(values)) + "\n"
    refuse_external(page)
    return page


@lru_cache(maxsize=8)
def asset(name: str) -> str:
    """Return the text of a script or style sheet of `assets/`."""
    text = (files("csp_geo.products") / "assets" / name).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n").strip()


def _finalise(value: Any) -> Any:
    """Drop control characters from every text that a template prints."""
    return clean(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("csp_geo.products"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalise,
    )


def css_string(text: str) -> str:
    """Write text as a CSS string in which every character other than a letter is a code."""
    codes = (c if c.isascii() and c.isalnum() else f"\\{ord(c):x} " for c in clean(text))
    return f'"{"".join(codes)}"'


def json_for_script(value: Any) -> str:
    """Write JSON that can stand within a script element, whatever the text in it."""
    text = json_text(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def content_security_policy(scripts: Sequence[str]) -> str:
    """Return the policy that lets these scripts run and nothing else, and nothing be fetched."""
    allowed = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    )
    allowed = allowed or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; "
        "img-src data: blob:; connect-src 'none'; base-uri 'none'; form-action 'none'"
    )


class _Links(HTMLParser):
    """Collects every address in a page that a browser would fetch or follow."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_style = tag == "style"
        for name, value in attrs:
            if name in _FETCHING:
                self._note(tag, value or "")
            elif name == "style":
                self._note_css(value or "")

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self._note_css(data)

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._in_style = False

    def _note(self, tag: str, address: str) -> None:
        if not address.strip().lower().startswith(("#", "data:")):
            self.found.append(f"{tag}: {address[:80]}")

    def _note_css(self, css: str) -> None:
        for address in _ADDRESSES.findall(css):
            self._note("style", address[0] or address[1])


def refuse_external(page: str) -> None:
    """Raise `RuntimeError` if the page holds any address that a browser would fetch."""
    links = _Links()
    links.feed(page)
    links.close()
    if links.found:
        raise RuntimeError(f"The page would fetch {', '.join(links.found[:3])}.")
