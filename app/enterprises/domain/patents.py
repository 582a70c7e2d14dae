"""Numbers of Chinese patents (ZC 0006-2003): one spelling, their kind and their check character. Pure."""

import re
import unicodedata
from dataclasses import dataclass

#: The state of a right that is in force no more.
LAPSED = "lapsed"

_BLANKS = re.compile(r"[\s·]")
_NUMBER = re.compile(r"(?:ZL|CN)?((?:19|20)\d{2}[123489]\d{7}|\d{2}[123489]\d{5})\.?([0-9X])")
_PUBLICATION = re.compile(r"CN\d{7,9}[A-Z]\d?")
_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9)
#: The digit behind the year: 8 and 9 are international applications for an invention or a utility model.
_KINDS = {
    "1": "invention_patent",
    "2": "utility_model",
    "3": "design_patent",
    "8": "invention_patent",
    "9": "utility_model",
}


@dataclass(frozen=True)
class PatentNumber:
    """A number as `202129939271.6`: without ZL, with the dot before its check character."""

    digits: str
    found: str

    @property
    def text(self) -> str:
        """The one spelling."""
        return f"{self.digits}.{self.found}"

    @property
    def expected(self) -> str:
        """The check character that the digits ask for."""
        total = sum(int(digit) * _WEIGHTS[place % 8] for place, digit in enumerate(self.digits))
        return "X" if total % 11 == 10 else str(total % 11)

    @property
    def is_valid(self) -> bool:
        """Whether the check character fits."""
        return self.found == self.expected

    @property
    def kind(self) -> str:
        """Which kind of patent the number says it is; "" where it is not known."""
        return _KINDS.get(self.digits[4 if len(self.digits) == 12 else 2], "")


def folded_number(text: str) -> str:
    """A number of any right in one spelling: half width, no blanks, capital letters."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).upper()


def read_patent_number(text: str) -> PatentNumber | None:
    """The number that `text` writes, whatever its blanks, ZL, dot and case; None when it is no patent's number."""
    found = _NUMBER.fullmatch(folded_number(text).removeprefix("专利号").lstrip(":"))
    return PatentNumber(found[1], found[2]) if found else None


def is_publication_number(text: str) -> bool:
    """Whether it is the number of a published paper (`CN112345678B`), which says nothing that could be checked."""
    return _PUBLICATION.fullmatch(folded_number(text)) is not None


def canonical_number(text: str) -> str:
    """What a right's number is compared by: two spellings of one number are one right."""
    patent = read_patent_number(text)
    return patent.text if patent else folded_number(text)
