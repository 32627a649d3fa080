"""`check FILE --map`: a person says which column is what; without a terminal, a proposal."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import click

from csp_geo.cli.shared import STOPPED
from csp_geo.cli.terminal import agreed, ask, say
from csp_geo.core.errors import SettingsError
from csp_geo.core.toml import toml_text
from csp_geo.core.wording import join, shortened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from csp_geo.inputs.files.mapper import Mapping, Sample
    from csp_geo.inputs.source import Source
    from csp_geo.runs.check import CheckOptions, CheckPack
    from csp_geo.runs.context import Context

_LEAVE: Final = "-"
_LIST: Final = "?"
_KINDS: Final = ("child", "honour", "slavery")
"""Answers that say what makes a word sensitive, where no theme does."""
NOT_WRITTEN: Final = "Nothing was written."
_HELP: Final = "Enter accepts what is in brackets, - leaves a column out, ? lists the fields."


def map_columns(options: CheckOptions, context: Context, *, at_terminal: bool) -> int:
    """Find out which column of a file is what, and write it down for its source.

    With a person at the terminal: asks, shows the first ten rows as understood, writes the
    source.toml. Otherwise prints the source.toml that is proposed.
    """
    from csp_geo.inputs.files.mapper import proposed, sample_file, write_toml

    (path,) = options.files
    name = _source_of(path, options, at_terminal)
    target = _target(path, name, options.project)
    existing = _text(target)
    sample = sample_file(path, name, existing, context.settings.limits)
    if not at_terminal:
        toml = write_toml(existing, proposed(sample), _about(sample, path, name, target))
        for line in toml.splitlines():
            say(line)
        return 0
    return _Dialogue(name, target, existing, sample, options, context).hold()


def _source_of(path: Path, options: CheckOptions, at_terminal: bool) -> str:
    """Return the source: as said, as the folder is named, or as the person says."""
    from csp_geo.core.tables import SOURCES

    folder = path.absolute().parent.name.lower()
    if options.source or folder in SOURCES:
        return options.source or folder
    if not at_terminal:
        raise SettingsError(
            f"{path.name} is not in the folder of a source. Say which source it is with "
            f"--source: {', '.join(SOURCES)}."
        )
    say(f"{path.name} is not in the folder of a source. The sources are {', '.join(SOURCES)}.")
    with leaving():
        return ask("Which is it", type=click.Choice(SOURCES), show_choices=False)


@contextmanager
def leaving() -> Iterator[None]:
    """Say what became of the answers when a person leaves with Ctrl-C or Ctrl-D."""
    try:
        yield
    except (click.Abort, KeyboardInterrupt):
        say("")
        say(NOT_WRITTEN)
        raise click.exceptions.Exit(STOPPED) from None


def _target(path: Path, name: str, project: Path | None) -> Path:
    """Return where the source.toml belongs: where a run that reads the file looks for it."""
    if path.absolute().parent.name.lower() == name:
        return path.parent / "source.toml"
    return (project or path.parent) / name / "source.toml"


def _text(target: Path) -> str:
    return toml_text(target, f"{target.parent.name}/{target.name}") if target.exists() else ""


def _about(sample: Sample, path: Path, name: str, target: Path) -> list[str]:
    """Return the comments above a proposal."""
    lines = [f"Proposed for {path.name}{sample.part}, read as {name}. Save as {target.as_posix()}."]
    return lines + [
        f"{guess.column}: {guess.look.words}"
        + (f"; {guess.field} by {guess.why}" if guess.field else "; not read")
        for guess in sample.guesses
    ]


@dataclass(frozen=True)
class _Dialogue:
    """The questions to one person about one file."""

    name: str
    target: Path
    existing: str
    sample: Sample
    options: CheckOptions
    context: Context

    @property
    def path(self) -> Path:
        """The file, of which there is one."""
        return self.options.files[0]

    def hold(self) -> int:
        """Ask, show, ask again where needed, and write; return the exit code."""
        with leaving():
            answer = self._agreed()
        if answer is None:
            say(NOT_WRITTEN)
            return 0
        return self._write(answer)

    def _agreed(self) -> Mapping | None:
        """Return the answers that are to be written, `None` where the person wants none."""
        sample = self.sample
        say(f"{self.path.name}{sample.part}: {len(sample.guesses)} columns. {_HELP}")
        while True:
            answer = self._columns()
            checked = self._tried(answer)
            if checked is not None:
                _show(checked)
                answer = self._themes(answer, checked)
                if agreed(f"Write this to {self.target}?", default=True):
                    return answer
            if not agreed("Go through the columns again?", default=checked is None):
                return None

    def _columns(self) -> Mapping:
        """Ask what each column is, and whether dates are month-first where only that fits."""
        from csp_geo.inputs.files.mapper import Mapping, month_first

        fields: dict[str, str] = {}
        for number, guess in enumerate(self.sample.guesses, start=1):
            say(f"{number} of {len(self.sample.guesses)}  {guess.column}: {guess.look.words}")
            said = self._field(guess.field, set(fields.values()))
            if said:
                fields[guess.column] = said
        known = {guess.column for guess in self.sample.guesses if guess.why == "its name"}
        answer = Mapping(fields, dropped=tuple(sorted(known - set(fields))))
        formats = month_first(self.sample, fields)
        if formats and agreed(
            "The dates fit only with the month first, as Americans write them. Read them that way?"
        ):
            answer = replace(answer, date_formats=formats)
        return answer

    def _field(self, guess: str | None, taken: set[str]) -> str | None:
        from csp_geo.inputs.fields import FIELDS

        default = guess if guess and guess not in taken else _LEAVE
        while True:
            said = ask("   is", default=default).strip().lower()
            if said == _LEAVE:
                return None
            if said in FIELDS and said not in taken:
                return said
            if said in taken:
                say(f"   Another column is already read as {said}. Leave one of them out with -.")
                continue
            if said != _LIST:
                say(f"   '{shortened(said)}' is not a field.")
            for name, meaning in FIELDS.items():
                say(f"   {name:<10} {meaning}")

    def _source(self, answer: Mapping) -> Source:
        from csp_geo.inputs.files.mapper import write_toml
        from csp_geo.inputs.source import source_from_text

        text = write_toml(self.existing, answer)
        return source_from_text(text, self.name, "source.toml")

    def _tried(self, answer: Mapping) -> CheckPack | None:
        """Read the whole file with these answers; say why and return `None` if it cannot be."""
        from csp_geo.runs.check import run_check

        own = {self.name: self._source(answer)}
        options = replace(self.options, source=self.name, own=own)
        result = run_check(options, self.context)
        file = result.qualities[0]
        if file.error and not file.counts["read"]:
            say(file.error, bad=True)
            return None
        return result

    def _themes(self, answer: Mapping, checked: CheckPack) -> Mapping:
        """Offer to sort category words that are in no list."""
        from csp_geo.core.tables import THEMES
        from csp_geo.core.wording import count

        words = checked.unsorted
        few = f"{count(len(words), 'category word')} {'is' if len(words) == 1 else 'are'}"
        if not words or not agreed(f"{few} not in any list, so kept off the map. Sort now?"):
            return answer
        say(
            f"Themes: {', '.join(THEMES)}. For what must not be drawn also {join(_KINDS)}. Enter "
            "leaves a word unsorted."
        )
        themes: dict[str, str] = {}
        sensitive: dict[str, str] = {}
        for word, n in words.items():
            said = ask(
                f"   {word} ({n:,})",
                type=click.Choice([*THEMES, *_KINDS, _LEAVE]),
                default=_LEAVE,
                show_choices=False,
            )
            (sensitive if said in _KINDS else themes)[word] = said
        kept = {word: theme for word, theme in themes.items() if theme != _LEAVE}
        return replace(answer, themes=kept, sensitive=sensitive)

    def _write(self, answer: Mapping) -> int:
        from csp_geo.core.storage import make_folder, write_bytes
        from csp_geo.inputs.files.mapper import write_toml

        heading = [
            f"Which column of the {self.name} files is what. Written by csp-geo check --map."
        ]
        if _text(self.target) != self.existing:
            raise SettingsError(
                f"{self.target.name} was changed while you answered, and was left as it is. Run "
                "'csp-geo check --map' again."
            )
        make_folder(self.target.parent)
        write_bytes(self.target, write_toml(self.existing, answer, heading).encode())
        say(f"Written: {self.target}")
        if self.path.absolute().parent.name.lower() != self.name:
            say(f"Put the file into the folder {self.target.parent}, then: csp-geo weekly")
        return 0


def _show(checked: CheckPack) -> None:
    """Show the first rows as understood, and what became of all."""
    from csp_geo.products.quality_page import conservation

    say("The first rows, as understood:")
    table = [("row", "when", "where", "what", "")] + [tuple(line) for line in checked.first_rows]
    widths = [max(len(line[i]) for line in table) for i in range(4)]
    for line in table:
        cells = "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=False))
        say(f"  {cells}  {line[-1]}".rstrip())
    say(conservation(checked.body["counts"]) + ".")
    for note in checked.cautions:
        say(f"Caution: {note}")
