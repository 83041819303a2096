"""The generator's errors; what is wrong with a user's files is `audit.document.DocumentError`."""


class GeneratorError(Exception):
    """Anything that the generator raises on purpose; its message is one sentence."""


class TemplateError(GeneratorError):
    """A template that cannot be rendered: `file:line: message`, the line from 1."""

    def __init__(self, name: str, line: int | None, why: str) -> None:
        super().__init__(f"{name}:{line}: {why}" if line else f"{name}: {why}")


class OutputError(GeneratorError):
    """A folder that cannot be written to as asked."""
