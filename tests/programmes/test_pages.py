"""docs/programmes is what the files say today."""

from tests.support.source import listed
from tools.programme_pages import FOLDER, pages


def test_the_pages_of_the_documentation_are_current():
    wanted = pages()
    present = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()}
    stale = sorted(name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name))
    assert not stale, listed("run .venv/bin/python tools/programme_pages.py", stale)


def test_a_page_has_its_picture_and_tells_every_step():
    found = pages()
    page = found["high-tech-enterprise.md"]
    assert "(high-tech-enterprise.svg)" in page
    assert "**Record the submission** (登记申报提交)" in page
    assert "to be verified" in page
    picture = found["high-tech-enterprise.svg"]
    assert picture.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert "var(--" not in picture
