"""What a walkthrough says on the terminal, what of it the page of the tutorial has, and which expectations were missed."""

from collections.abc import Callable, Mapping, Sequence

from walkthrough.masks import masked

Print = Callable[[str], None]


class Telling:
    """Says everything at once through `out`; keeps commands and what came of them, masked, by section."""

    def __init__(self, out: Print) -> None:
        self._out = out
        self._section: list[str] = []
        self.words: dict[str, str] = {}
        """What is masked: a text, and what stands for it."""
        self.sections: dict[str, list[str]] = {}
        """The lines of the page's transcripts, by the name between the page's markers."""
        self.met = 0
        """How many expectations were met."""
        self.missed: list[str] = []
        """A sentence for each that was not."""

    def section(self, name: str, title: str) -> None:
        """Begin a part of the page."""
        self._section = self.sections.setdefault(name, [])
        self._out(f"\n\n== {title}")

    def say(self, text: str) -> None:
        """Say something that the page says in its own words."""
        self._out(f"\n{text}")

    def typed(self, command: str, output: str = "", shown: str | None = None) -> None:
        """Show a command and its output; `shown` is what the page has in the output's place."""
        self._out(f"\n$ {command}\n{output}".rstrip())
        page = output if shown is None else shown
        self._keep([*f"$ {command}".splitlines(), *page.rstrip().splitlines()])

    def note(self, lines: Sequence[str]) -> None:
        """Show what came of it, as comments."""
        told = [f"# {line}" for line in lines]
        self._out("\n".join(told))
        self._keep(told)

    def expect(self, sentence: str, met: bool, got: str = "") -> None:
        """Say whether an expectation is met."""
        if met:
            self.met += 1
            self._out(f"  as expected: {sentence}")
        else:
            self.missed.append(f"expected: {sentence}; got: {got or 'something else'}")
            self._out(f"  MISSED, {self.missed[-1]}")

    def _keep(self, lines: Sequence[str]) -> None:
        self._section += [masked(line, self.words) for line in lines]


def transcripts(sections: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return each section as a block of Markdown."""
    return {name: "\n".join(["```console", *lines, "```"]) for name, lines in sections.items()}
