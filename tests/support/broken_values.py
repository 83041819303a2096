"""tests/data/broken-values.txt: values files that are wrong, each with the sentences that say so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from audit.document import DocumentError
from generator.load import load

TABLE = Path(__file__).parent.parent / "data" / "broken-values.txt"


@dataclass(slots=True)
class Broken:
    """One case: its name, its files in their order, the arguments of --set, what is said; `missing` files are not written."""

    name: str
    files: dict[str, str] = field(default_factory=dict)
    settings: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)

    def said(self, folder: Path) -> list[str]:
        """Write the files below a folder, load them, and return the sentences, with paths as the table has them."""
        for name, text in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
        try:
            load([folder / name for name in (*self.files, *self.missing)], self.settings)
        except DocumentError as error:
            return str(error).replace(f"{folder}/", "").splitlines()
        return []


def cases() -> list[Broken]:
    """Return every case of the table."""
    blocks = TABLE.read_text("utf-8").split("\n== ")[1:]
    return [_case(*block.partition("\n")[::2]) for block in blocks]


def _case(name: str, block: str) -> Broken:
    case = Broken(name)
    file = "values.yaml"
    for line in _without_blank_ends(block.splitlines()):
        if line.startswith("=> "):
            case.sentences.append(line.removeprefix("=> "))
        elif line.startswith("@ --set "):
            case.settings.append(line.removeprefix("@ --set "))
        elif line.startswith("@ missing "):
            case.missing.append(line.removeprefix("@ missing "))
        elif line.startswith("@ "):
            file = line.removeprefix("@ ")
        else:
            case.files[file] = case.files.get(file, "") + line + "\n"
    return case


def _without_blank_ends(lines: Sequence[str]) -> Iterator[str]:
    return (line for line in lines if line)
