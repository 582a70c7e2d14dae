"""Strict YAML: whatever stands in a file, the refusal names the file, the line where there is one, and what is wrong."""

from pathlib import Path

import pytest
import yaml

from app.kit.errors import SeedError
from app.kit.yaml import load_with_lines, parse
from tests.support.source import ROOT


@pytest.mark.parametrize(
    ("content", "place", "says"),
    [
        (b"a: 1\nb: 2016-02-30", ":2: ", "'2016-02-30' is not readable: day is out of range for month"),
        (b"a: 1\nb: !!int abc", ":2: ", "'abc' is not readable"),
        (b"a: !!python/name:os.system x", ":1: ", "could not determine a constructor"),
        (b"a: 1\n? [b, c]\n: 2", ":2: ", "a list or a mapping cannot be a key"),
        (b"a: 1\na: 2", ":2: ", "the key 'a' stands here a second time"),
        (b"a: \xe9", ": ", "not readable as YAML: 'utf-8' codec"),
        (b"a:\tb: c", ": ", "not readable as YAML"),
        (b"a: \x00", ": ", "not readable as YAML"),
        (b"a: " + b"[" * 5_000, ": ", "nested too deep"),
        (b"a: &a [*a]", ": ", "go round in a circle"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(tmp_path: Path, content: bytes, place: str, says: str) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes(content)
    with pytest.raises(SeedError) as refused:
        load_with_lines(path)
    assert str(refused.value).startswith(f"{path}{place}") and says in str(refused.value)


def test_a_readable_file_tells_the_line_of_each_key(tmp_path: Path) -> None:
    path = tmp_path / "file.yaml"
    path.write_bytes("a: 2016-02-29\nb:\n  c: [甲, 乙]\n".encode())
    data, lines = load_with_lines(path)
    assert data["b"] == {"c": ["甲", "乙"]} and data["a"].day == 29
    assert (lines["b", "c"], lines["a",]) == (3, 1)


def test_a_seed_says_to_the_fast_reader_what_it_says_to_the_plain_one() -> None:
    """`repr` tells 1 from True and a date from its text."""
    assert yaml.__with_libyaml__, "the locked wheel of PyYAML brings libyaml"
    for path in (path for path in (ROOT / "seeds").rglob("*.yaml") if path.stat().st_size < 8_000):
        plain = repr(yaml.safe_load(path.read_text(encoding="utf-8")))
        assert (repr(load_with_lines(path)[0]), repr(parse(path.read_text(encoding="utf-8")))) == (plain, plain), path
