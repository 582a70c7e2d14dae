"""What Chromium's PDFs hold page by page, read just far enough to see whether a page is filled."""

import re
import zlib

_PAGE = re.compile(rb"/Type /Page\b(?!s).*?/Contents (\d+) 0 R", re.DOTALL)
_LINE = re.compile(rb"1 0 0 -1 [\d.-]+ ([\d.-]+) Tm")


def lines_by_page(pdf: bytes) -> list[list[float]]:
    """The heights at which text begins on each page, in CSS pixels below its first line; each line once."""
    pages = [sorted({float(y) for y in _LINE.findall(_content(pdf, found[1]))}) for found in _PAGE.finditer(pdf)]
    return [[line - lines[0] for line in lines] for lines in pages]


def _content(pdf: bytes, number: bytes) -> bytes:
    start = re.search(rb"\n" + number + rb" 0 obj\n.*?stream\n", pdf, re.DOTALL)
    assert start is not None, f"the page's content {number!r} is not in the file"
    return zlib.decompressobj().decompress(pdf[start.end() :])
