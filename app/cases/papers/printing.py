"""The dossier as PDF, set by typst in a Chinese font of this machine."""

import dataclasses
import json
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from app.cases.papers.dossier import Dossier
from app.cases.papers.dossier_rows import instant
from app.kit.errors import Unavailable
from app.kit.i18n import _

LAYOUT = Path(__file__).parent / "dossier.typ"
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


class FontMissing(Unavailable):
    """There is no Chinese font to print with."""


@cache
def chinese_families() -> tuple[str, ...]:
    """Those of `FAMILIES` that this machine has."""
    present = set(typst.Fonts().families())
    return tuple(family for family in FAMILIES if family in present)


def print_dossier(dossier: Dossier) -> bytes:
    """The PDF. Raises `FontMissing` where there is no Chinese font, saying which package brings one."""
    families = chinese_families()
    if not families:
        raise FontMissing(
            "dossier.font",
            _("服务器没有中文字体，不能生成 PDF。请系统管理员安装字体（Debian：fonts-noto-cjk）后重启服务。"),
        )
    given = {"dossier": _plain(dossier), "fonts": list(families)}
    made_at = dossier.made_at.replace(microsecond=0)
    return typst.compile(
        LAYOUT.read_bytes(), sys_inputs={"given": json.dumps(given, ensure_ascii=False)}, timestamp=made_at
    )


def _plain(value: Any) -> Any:
    """Dataclasses as JSON knows them; instants by the clock of Shanghai."""
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return instant(value)
    return value.isoformat() if isinstance(value, date) else value
