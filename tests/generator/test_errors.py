"""The generator's errors."""

import pytest

from generator.errors import GeneratorError, TemplateError


@pytest.mark.parametrize(
    ("line", "sentence"), [(12, "manifests/a.j2:12: 'x' is undefined"), (None, "manifests/a.j2: 'x' is undefined")]
)
def test_a_template_error_names_file_and_line(line: int | None, sentence: str) -> None:
    error = TemplateError("manifests/a.j2", line, "'x' is undefined")
    assert str(error) == sentence
    assert isinstance(error, GeneratorError)
