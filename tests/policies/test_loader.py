"""The loader's messages: each broken file names its mistake's line, says what is wrong and what to write instead."""

import re
from pathlib import Path

import pytest

from app.kit.errors import SeedError
from app.policies.catalogue import read, read_all, read_facts
from tests.policies.support import CATALOGUE, SEEDS

BROKEN = sorted(Path("tests/policies/broken").glob("*.yaml"))


def placed(tmp_path: Path, text: str, version: str = "2016-01-01", jurisdiction: str = "CN") -> Path:
    """`text` as a policy file in its proper place."""
    path = tmp_path / "policies" / "trial" / jurisdiction / f"{version}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("broken", BROKEN, ids=lambda path: path.stem)
def test_a_broken_file_is_refused_with_place_reason_and_remedy(broken: Path, tmp_path: Path) -> None:
    text = broken.read_text(encoding="utf-8")
    line, says, instead = re.match(r"# line: (.*)\n# says: (.*)\n# instead: (.*)\n", text).groups()  # type: ignore[union-attr]
    version = "2017-01-01" if broken.stem == "wrong_version" else "2016-01-01"
    path = placed(tmp_path, text, version)
    with pytest.raises(SeedError) as refused:
        read(path, CATALOGUE)
    message = str(refused.value)
    assert says in message and instead in message
    assert f"{path.name}:{line}: " in message


GOOD = re.sub(
    r"\A(#.*\n){3}", "", (Path("tests/policies/broken/unknown_fact.yaml")).read_text(encoding="utf-8")
).replace("averge", "average")


def test_the_example_of_the_how_to_page_is_good(tmp_path: Path) -> None:
    """What officers copy from must load: the file and its score, as the page shows them."""
    page = Path("docs/how-to/add-a-policy.md").read_text(encoding="utf-8")
    file, score = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[:2]
    path = tmp_path / "policies" / "my-policy" / "429005" / "2021-03-31.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(file + score, encoding="utf-8")
    policy = read(path, CATALOGUE).policy
    assert [setting.name for setting in policy.settings] == ["growth_minimum"]
    assert policy.scoring is not None and [block.node.most for block in policy.scoring.blocks] == [30, 50]


def dated(day: str, **keys: str) -> str:
    """The good file, of another day, with more keys on top."""
    text = GOOD.replace("2016-01-01", day)
    return text.replace("subject: ", "".join(f"{key}: {value}\n" for key, value in keys.items()) + "subject: ")


def refused_all(tmp_path: Path) -> str:
    with pytest.raises(SeedError) as refused:
        read_all(tmp_path, CATALOGUE)
    return str(refused.value)


def test_the_good_file_is_good(tmp_path: Path) -> None:
    assert read(placed(tmp_path, GOOD), CATALOGUE).policy.uses == ("staff_average", "rd_staff_average")


def test_versions_may_not_overlap_without_superseding(tmp_path: Path) -> None:
    placed(tmp_path, GOOD)
    placed(tmp_path, dated("2020-01-01"), "2020-01-01")
    assert "overlaps version 2016-01-01" in refused_all(tmp_path)
    placed(tmp_path, dated("2020-01-01", supersedes='"2016-01-01"'), "2020-01-01")
    assert len(read_all(tmp_path, CATALOGUE)) == 2


def test_a_version_supersedes_one_that_exists(tmp_path: Path) -> None:
    placed(tmp_path, dated("2020-01-01", supersedes='"2016-01-01"'), "2020-01-01")
    assert "there is no earlier version '2016-01-01'" in refused_all(tmp_path)


def test_a_file_lies_where_it_says(tmp_path: Path) -> None:
    path = placed(tmp_path, GOOD, jurisdiction="42")
    with pytest.raises(SeedError, match="the file says 'CN' but lies under '42'"):
        read(path, CATALOGUE)


def test_a_fact_is_catalogued_once(tmp_path: Path) -> None:
    path = tmp_path / "policies" / "facts.yaml"
    path.parent.mkdir()
    text = (SEEDS / "policies" / "facts.yaml").read_text(encoding="utf-8")
    path.write_text(
        text + text[text.index("  - code: registered_on") : text.index("  - code: core_field")], encoding="utf-8"
    )
    with pytest.raises(SeedError, match="the fact 'registered_on' is told twice"):
        read_facts(tmp_path)
