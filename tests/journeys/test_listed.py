"""The list of journeys names those there are, and every file of journeys."""

import re

from tests.support.source import ROOT, listed, tree

FOLDER = ROOT / "tests" / "journeys"


def test_every_journey_of_the_list_is_there_and_every_file_is_in_the_list() -> None:
    named = re.findall(r"`(test_\w+\.py)(?:::(\w+))?`", (FOLDER / "README.md").read_text(encoding="utf-8"))
    known = {path.name: {getattr(node, "name", "") for node in tree(path).body} for path in FOLDER.glob("test_*.py")}
    wrong = [f"{file}::{test}" for file, test in named if test and test not in known.get(file, set())]
    missing = set(known) - {file for file, _test in named} - {"test_listed.py"}
    assert named
    assert not wrong, listed("named in the list of journeys and not there", wrong)
    assert not missing, listed("not in the list of journeys", sorted(missing))
