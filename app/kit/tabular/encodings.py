"""Which encoding a text table is in, decided over the whole file: never a guess that could end in garbled names."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.kit.errors import Invalid
from app.kit.i18n import _

UTF8, UTF8_BOM, UTF16, GB18030 = "utf-8", "utf-8-sig", "utf-16", "gb18030"
MAX_LINE_BYTES = 4 * 1024 * 1024
_SAMPLE_LINES = 2_000
# Chinese registers hold few characters beyond GB 2312; another encoding read as GB 18030 turns mostly into such.
_RARE_SHARE_LIMIT = 0.2
# Every eighth character of a Chinese list is one of these; Korean or Cyrillic read as GB 18030 has next to none.
_COMMON = frozenset(
    "有限公司企业名称统一社会信用代码注册日期类型法人资金经营范围所在省份地区址市县镇乡村街道路号年月度"
    "的一是不了中国大上为个和人发生产销售服务科技工业商贸机电材料建设理部责任自然定表单位入出其他行"
)
_COMMON_SHARE = 0.04
_COMMON_NEEDS = 12  # characters below which the share says nothing


@dataclass(slots=True)
class _Tally:
    """What kinds of line have been met so far, with the number of the first of each."""

    utf8: int = 0
    gb18030: int = 0
    hanzi: int = 0
    rare: int = 0
    common: int = 0
    sampled: int = 0


def detect_encoding(path: Path) -> str:
    """The codec that reads every line of `path`.

    Raises Invalid, naming the line, when the file mixes encodings or is in none of UTF-8, UTF-16 with mark and GB 18030.
    """
    with path.open("rb") as file:
        head = file.read(3)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        _check_utf16(path)
        return UTF16
    tally = _Tally()
    for number, line in enumerate(lines_of(path), start=1):
        _count_line(tally, number, line)
    if tally.utf8 and tally.gb18030:
        raise Invalid(
            "tabular.encoding.mixed",
            _(
                "文件混用了两种编码：第 %(utf8)s 行是 UTF-8，第 %(gb)s 行不是。请用 Excel 或 WPS 打开后另存为一种编码再导入。"
            )
            % {"utf8": tally.utf8, "gb": tally.gb18030},
        )
    if not tally.gb18030:
        return UTF8_BOM if head == codecs.BOM_UTF8 else UTF8
    if head == codecs.BOM_UTF8:
        raise _undecodable(tally.gb18030)
    if _is_garbled(tally):
        raise Invalid(
            "tabular.encoding.unknown",
            _("无法识别文件编码：既不是 UTF-8，也不像 GB18030。请用 Excel 或 WPS 打开后另存为 UTF-8 的 CSV 或 XLSX。"),
        )
    return GB18030


def _is_garbled(tally: _Tally) -> bool:
    """Whether the characters are not those of a Chinese text: another encoding was read as GB 18030."""
    if tally.common > tally.rare:
        return False
    few_common = tally.hanzi >= _COMMON_NEEDS and tally.common < tally.hanzi * _COMMON_SHARE
    return few_common or tally.rare > tally.hanzi * _RARE_SHARE_LIMIT


def lines_of(path: Path) -> Iterator[bytes]:
    """The raw lines of a file; a line beyond `MAX_LINE_BYTES` is refused, so that memory stays bounded."""
    with path.open("rb") as file:
        number = 0
        while line := file.readline(MAX_LINE_BYTES + 1):
            number += 1
            if len(line) > MAX_LINE_BYTES:
                raise Invalid("tabular.line_too_long", _("第 %(n)s 行太长，不是正常的表格。") % {"n": number})
            yield line


def _count_line(tally: _Tally, number: int, line: bytes) -> None:
    if line.isascii():
        return
    try:
        text = line.decode(UTF8)
    except UnicodeDecodeError:
        _count_gb18030_line(tally, number, line)
        return
    if not tally.utf8 and _surely_utf8(text):
        tally.utf8 = number


def _count_gb18030_line(tally: _Tally, number: int, line: bytes) -> None:
    try:
        text = line.decode(GB18030)
    except UnicodeDecodeError as error:
        raise _undecodable(number) from error
    tally.gb18030 = tally.gb18030 or number
    if tally.sampled < _SAMPLE_LINES:
        tally.sampled += 1
        wide = [character for character in text if character > "\x7f"]
        tally.hanzi += len(wide)
        tally.rare += sum(not _in_gb2312(character) for character in wide)
        tally.common += sum(character in _COMMON for character in wide)


def _surely_utf8(text: str) -> bool:
    """Whether a line that reads as UTF-8 cannot be GB 18030 by chance: two ideographs and no two-byte letters."""
    ideographs = sum("\u3000" <= character <= "\uffef" for character in text)
    return ideographs >= 2 and not any("\x80" <= character <= "\u07ff" for character in text if character != "\xb7")


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _check_utf16(path: Path) -> None:
    decoder = codecs.getincrementaldecoder(UTF16)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise Invalid("tabular.encoding.unknown", _("文件声明为 UTF-16，但内容不符，可能已损坏。")) from error


def _undecodable(number: int) -> Invalid:
    return Invalid(
        "tabular.encoding.undecodable",
        _("第 %(n)s 行的编码有误：既不是 UTF-8，也不是 GB18030。请用 Excel 或 WPS 打开后另存为 UTF-8 的 CSV 或 XLSX。")
        % {"n": number},
    )
