"""The reference of values."""

from generator.reference import reference


def test_every_section_has_a_heading_and_each_key_a_meaning() -> None:
    lines = reference().splitlines()
    rows = [line for line in lines if line.startswith("| `")]
    assert "## bridge.config.limits" in lines
    assert [row for row in rows if row.endswith("|  |")] == []


def test_a_row_says_kind_default_and_meaning() -> None:
    expected = "| `ack_deadline` | duration | `50s` | A chunk not delivered by then is not acked: the connection is closed, and the sender keeps the chunk. |"
    assert expected in reference().splitlines()


def test_what_other_values_decide_is_not_offered() -> None:
    section = reference().partition("## bridge.config.loggly\n")[2].partition("\n## ")[0]
    assert "gzip" in section
    assert "token_file" not in section
    assert "subdomain" not in section
