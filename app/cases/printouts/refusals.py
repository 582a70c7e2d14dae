"""Why a template is refused, in words for the person who uploads it."""

from collections.abc import Sequence

from app.kit.errors import Invalid
from app.kit.i18n import _

FIELD = "template"
SHOWN = 12


def refuse(message: str) -> Invalid:
    """The refusal of a template, told beside the file field."""
    return Invalid("paper.template", message, {FIELD: message})


def damaged() -> Invalid:
    """The refusal of what cannot be read as a document of its kind."""
    return refuse(_("文件已损坏，或不是所要的格式，无法打开。"))


def refuse_unknown(names: Sequence[str]) -> None:
    """Raise `Invalid` naming the placeholders that nobody knows, when there are any."""
    if not names:
        return
    shown = _("、").join(f"“{name}”" for name in names[:SHOWN])
    more = _(" 等 %(n)s 个") % {"n": len(names)} if len(names) > SHOWN else ""
    raise refuse(
        _("模板中有不认识的占位符：%(names)s%(more)s。请对照占位符清单改正。") % {"names": shown, "more": more}
    )
