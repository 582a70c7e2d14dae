"""Numbers of patents: one spelling, and the check character."""

import pytest

from app.enterprises.domain.patents import canonical_number, is_publication_number, read_patent_number


@pytest.mark.parametrize(
    "text",
    [
        "ZL 2018 1 9942325.7",
        "zl201819942325.7",
        "2018199423257",
        "ＺＬ２０１８１９９４２３２５．７",
        "专利号：ZL201819942325.7",
    ],
)
def test_every_spelling_is_one_number(text: str) -> None:
    number = read_patent_number(text)
    assert number is not None
    assert (number.text, number.is_valid, number.kind) == ("201819942325.7", True, "invention_patent")


def test_a_wrong_check_character_is_seen() -> None:
    number = read_patent_number("202039945538.1")
    assert number is not None and not number.is_valid and number.kind == "design_patent"


@pytest.mark.parametrize(("text", "valid"), [("85100001.5", False), ("93105342.0", True), ("98207542.X", False)])
def test_numbers_of_before_2003_have_eight_digits(text: str, valid: bool) -> None:
    number = read_patent_number(text)
    assert number is not None and number.is_valid is valid


@pytest.mark.parametrize("text", ["申请中", "2021SR0123456", "20212993927", "CN112345678B", "202179939271.6"])
def test_what_is_no_number_of_a_patent_is_none(text: str) -> None:
    assert read_patent_number(text) is None


def test_other_numbers_are_folded_only() -> None:
    assert canonical_number(" 2021sr 0123456 ") == "2021SR0123456"
    assert is_publication_number("cn 112345678 b") and not is_publication_number("ZL201819942325.7")
