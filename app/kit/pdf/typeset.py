"""What is printed and stamped: PDF set by typst in a Chinese font of this machine."""

import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from app.kit.errors import Unavailable
from app.kit.i18n import _

SETTER = Path(__file__).with_name("typesetter.py")
#: Seconds for one paper.
PATIENCE = 120
#: Families of which one must be there, in order of preference; serif ones are what a printed record is set in.
FAMILIES = (
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Songti SC",
    "SimSun",
    "FandolSong",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "WenQuanYi Zen Hei",
)


class NotPrinted(Unavailable):
    """A paper could not be set; whoever makes several goes on without it."""


class FontMissing(NotPrinted):
    """There is no Chinese font to print with."""


class SetTooLong(NotPrinted):
    """It was not set in time; what it had begun is given up."""


@cache
def chinese_families() -> tuple[str, ...]:
    """Those of `FAMILIES` that this machine has."""
    present = set(typst.Fonts().families())
    return tuple(family for family in FAMILIES if family in present)


def print_pdf(layout: Path, given: Mapping[str, Any], made_at: datetime) -> bytes:
    """The PDF of the typst file `layout`, which finds `given` and `fonts` as JSON in its input `given`.

    Raises `FontMissing` where there is no Chinese font, saying which package brings one, and `SetTooLong` after `PATIENCE` seconds.
    """
    families = chinese_families()
    if not families:
        raise FontMissing(
            "printing.font",
            _("服务器没有中文字体，不能生成 PDF。请系统管理员安装字体（Debian：fonts-noto-cjk）后重启服务。"),
        )
    return _set(layout.read_text(encoding="utf-8"), {**given, "fonts": list(families)}, made_at)


def _set(source: str, given: Mapping[str, Any], made_at: datetime) -> bytes:
    """Set by a process of its own: each paper leaves fonts and pieces of itself in the memory of whoever sets it, 25 to 70 MB."""
    asked = {"source": source, "given": json.dumps(given, ensure_ascii=False), "made_at": made_at.timestamp()}
    command = [sys.executable, "-I", str(SETTER)]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and what it sets comes to it as data
            command, input=json.dumps(asked).encode(), capture_output=True, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        message = _(
            "生成 PDF 超过 %(n)s 秒，已停止，没有文件。内容太多或服务器太忙，请稍后重试；仍不行的，请联系系统管理员。"
        )
        raise SetTooLong("printing.slow", message % {"n": PATIENCE}) from None
    if done.returncode:
        raise RuntimeError(f"typst: {done.stderr.decode(errors='replace')[-2_000:]}")
    return done.stdout
