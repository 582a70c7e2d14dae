"""Answers are kept exactly, one text per kind, and refused with the field's name."""

import pytest

from app.kit.errors import Invalid
from app.kit.i18n import Bilingual
from app.programmes.domain.answers import problems_of, read_answer, show_answer
from app.programmes.domain.supplied import NeededField


def field(kind: str, **more: object) -> NeededField:
    return NeededField(**{"code": "asked", "label": Bilingual(zh="所问", en="Asked"), "kind": kind} | more)


GRADES = (Bilingual(zh="优秀", en="Excellent"), Bilingual(zh="合格", en="Passed"))


@pytest.mark.parametrize(
    ("kind", "given", "kept", "shown"),
    [
        ("text", "  东荆河 ", "东荆河", "东荆河"),
        ("long-text", "一\n二", "一\n二", "一\n二"),
        ("date", "2020-02-29", "2020-02-29", "2020-02-29"),
        ("number", "1,234.50", "1234.5", "1,234.5"),
        ("number", "-0.0", "0", "0"),
        ("amount", "0.1", "0.1", "0.1 元"),
        ("amount", "500万", "5000000", "5,000,000 元"),
        ("amount", "12,345.67 元", "12345.67", "12,345.67 元"),
        ("share", "4.9999%", "4.9999", "4.9999%"),
        ("share", "100", "100", "100%"),
        ("yes-no", "no", "no", "否"),
        ("choice", "优秀", "优秀", "优秀"),
        ("amount", "  ", "", ""),
    ],
)
def test_an_answer_is_kept_exactly(kind: str, given: str, kept: str, shown: str) -> None:
    asked = field(kind, choices=GRADES if kind == "choice" else ())
    assert read_answer(asked, given) == kept
    assert show_answer(asked, kept) == shown
    assert read_answer(asked, kept) == kept


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("text", "字" * 201),
        ("date", "2021-02-29"),
        ("date", "30.6.2021"),
        ("number", "1e5"),
        ("number", "0.1234567"),
        ("amount", "0.001"),
        ("amount", "约五百万"),
        ("share", "100.1"),
        ("share", "-1"),
        ("yes-no", "maybe"),
        ("choice", "良好"),
    ],
)
def test_what_is_no_answer_names_its_field(kind: str, given: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_answer(field(kind, choices=GRADES if kind == "choice" else ()), given)
    assert set(refused.value.fields) == {"asked"}


def test_a_pattern_is_held_to() -> None:
    asked = field("text", pattern=r"GR\d{12}", hint=Bilingual(zh="GR 加 12 位数字", en="GR and 12 digits"))
    assert read_answer(asked, "GR202042000001") == "GR202042000001"
    with pytest.raises(Invalid, match="GR 加 12 位数字"):
        read_answer(asked, "GR1")


@pytest.mark.parametrize(("part", "whole", "wrong"), [("11", "10", ["rd_staff"]), ("10", "10", []), ("9", "10", [])])
def test_a_part_is_at_most_its_whole(part: str, whole: str, wrong: list[str]) -> None:
    asked = [field("number", code=code) for code in ("rd_staff", "staff")]
    assert list(problems_of(asked, {"rd_staff": part, "staff": whole})) == wrong
