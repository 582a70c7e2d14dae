"""Papers are set by a process of their own, which takes with it what it needed."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import typst

from app.kit.pdf import typeset
from app.kit.pdf.typeset import SetTooLong, print_pdf

MADE_AT = datetime(2021, 6, 30, 2, tzinfo=UTC)
LAYOUT = '#let given = json(bytes(sys.inputs.at("given")))\n#set text(font: given.fonts)\n#given.what\n'


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    path = tmp_path / "paper.typ"
    path.write_text(LAYOUT, encoding="utf-8")
    return path


def test_nothing_is_set_in_the_process_that_serves(layout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(typst, "compile")
    made = print_pdf(layout, {"what": "潜江（示例）"}, MADE_AT)
    assert made.startswith(b"%PDF-") and made == print_pdf(layout, {"what": "潜江（示例）"}, MADE_AT)


def test_what_cannot_be_set_says_why(layout: Path) -> None:
    with pytest.raises(RuntimeError, match=r"typst.*what"):
        print_pdf(layout, {"another": "潜江（示例）"}, MADE_AT)


def test_what_takes_too_long_is_given_up_and_says_so(layout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typeset, "PATIENCE", 0.01)
    with pytest.raises(SetTooLong, match=r"超过 0.01 秒") as refused:
        print_pdf(layout, {"what": "潜江（示例）"}, MADE_AT)
    assert (refused.value.code, refused.value.status) == ("printing.slow", 503)
