"""What has to be said about a bad rating before it counts as followed up.

Source: 国办发〔2019〕51号, the order in which a bad rating is followed up.
"""

from app.cases.oversight.domain.rating import is_bad
from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_, _

#: The parts in their order, by the name of their field.
PARTS: dict[str, str] = {
    "weighed": N_("研判"),
    "verified": N_("核实"),
    "put_right": N_("整改"),
    "told": N_("反馈"),
}


def decide_measures(grade: int, held: int, version: int, parts: tuple[str, ...]) -> str:
    """The measures as kept, a line a part; every part has to be told. `held` is the rating's version.

    Raises `Conflict` for a rating that needs none or was changed meanwhile, `Invalid` naming each part left out.
    """
    if not is_bad(grade):
        raise Conflict("case.rating.good", _("只有“不满意”和“非常不满意”的评价要登记整改。"))
    if held != version:
        raise Conflict("case.stale", _("该件刚被他人改动，请核对后重新提交。"))
    told = dict(zip(PARTS, (part.strip() for part in parts), strict=True))
    missing = {name: _("请填写%(label)s。") % {"label": _(PARTS[name])} for name, text in told.items() if not text}
    if missing:
        raise Invalid("case.rating.measures", _("请先补齐或更正标出的项目。"), missing)
    return "\n".join(f"{PARTS[name]}：{text}" for name, text in told.items())


def read_measures(kept: str) -> dict[str, str]:
    """The parts of kept measures by the name of their field; for the form that changes them."""
    found: dict[str, str] = {}
    name = ""
    labels = {f"{label}：": part for part, label in PARTS.items()}
    for line in kept.split("\n"):
        begun = next((label for label in labels if line.startswith(label)), "")
        if begun and labels[begun] not in found:
            name = labels[begun]
            found[name] = line.removeprefix(begun)
        elif name:
            found[name] += f"\n{line}"
    return found
