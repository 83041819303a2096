"""Texts of Fluentd's configuration language, from where they begin to where they end."""

import pytest

from audit.problems import DocumentError
from generator.fluentd_text import Cursor


@pytest.mark.parametrize(
    ("text", "value", "ruby", "rest"),
    [
        ("plain text", "plain text", False, ""),
        ("plain # comment\n", "plain", False, " # comment\n"),
        ("a#b\n", "a#b", False, "\n"),
        ("#first\n", "#first", False, "\n"),
        ("#{hostname} x", "#{hostname} x", False, ""),
        ("/a b/ \t\r\n", "/a b/", False, " \t\r\n"),
        (r'"a\n\"b\\" x', 'a\n"b\\', False, " x"),
        ('"a\\\nb"', "ab", False, ""),
        ('"two\nlines"', "two\nlines", False, ""),
        (r"'a\n\'b\\'", r"a\n'b" + "\\", False, ""),
        ("\"x.#{ENV['A'] || {1 => '}'}}.y\"", "x.#{ENV['A'] || {1 => '}'}}.y", True, ""),
        ("'#{x}'", "#{x}", False, ""),
        ('[1, # one\n "#a", 2]\n', '[1,"#a",2]', False, "\n"),
        ('{"a": "#{x}"} # c', '{"a":"#{x}"}', True, " # c"),
        ('["\\"]", 1]', '["\\"]",1]', False, ""),
    ],
)
def test_a_value_ends_where_fluentd_ends_it(text: str, value: str, ruby: bool, rest: str) -> None:
    cursor = Cursor(text, "f")
    found, evaluated, _ = cursor.value()
    assert (value, ruby, rest) == (found, evaluated, text[cursor.at :])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('\n"open', 'f:1: expected " at the end of the text, got none - close the quotes'),
        ("'a\nb'", "f:1: expected ' at the end of the text, got none - close the quotes"),
        (r'"a\q"', r"f:1: expected an escape that Fluentd knows: \r \n \t \f \b \0, got \q - write \\ for a backslash"),
        ('"#{a"', "f:1: expected } at the end of the Ruby, got none - close the brace"),
        (
            "[1,",
            "f:1: expected JSON to its closing bracket, got '[1,' - close it, or quote a text that begins like JSON",
        ),
        (
            "{a}",
            "f:1: expected JSON to its closing bracket, got '{a}' - close it, or quote a text that begins like JSON",
        ),
    ],
)
def test_a_value_without_an_end(text: str, sentence: str) -> None:
    with pytest.raises(DocumentError) as caught:
        Cursor(text.removeprefix("\n"), "f").value()
    assert sentence == str(caught.value)
