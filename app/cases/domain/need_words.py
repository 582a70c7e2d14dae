"""A need in words, for refusals and for every door's list."""

from collections.abc import Iterable

from app.cases.domain.needs import Need
from app.kit.i18n import N_, _, ngettext
from app.programmes.domain.definition import Programme

LEVELS = {"now": N_("现在需要"), "next": N_("下一步需要"), "optional": N_("可选")}
SUPPLIERS = {"enterprise": N_("企业"), "bureau": N_("市局"), "department": N_("部门")}
_PROBLEMS = {
    "draft": N_("只有草稿，尚未提交"),
    "returned": N_("已退回，待重新提供"),
    "expired": N_("已过有效期"),
    "asked": N_("已征询，待答复"),
    "objected": N_("部门有异议"),
    "answered": N_("企业已答复，待确认"),
}


def need_text(programme: Programme, need: Need) -> str:
    """What is missing, in one short phrase: `2020 年度 专项审计报告（还差 2 份）`."""
    return _title(programme, need) + _remark(need)


def need_grounds(programme: Programme, need: Need) -> str:
    """The document and clause that the file cites for it, or ""."""
    return _("；").join(
        f"{programme.source(citation.source).document}{f' {citation.clause}' if citation.clause else ''}"
        for citation in need.cites
    )


def level_text(need: Need) -> str:
    """`现在需要`, `下一步需要` or `可选`."""
    return _(LEVELS[need.level])


def supplier_text(need: Need) -> str:
    """Who supplies it."""
    return _(SUPPLIERS[need.by])


def refusal(programme: Programme, needs: Iterable[Need]) -> str:
    """The needs as a refusal names them: all of them, together where the same people supply them on the same grounds."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for need in needs:
        grouped.setdefault((supplier_text(need), need_grounds(programme, need)), []).append(need_text(programme, need))
    return _("；").join(_group(who, grounds, texts) for (who, grounds), texts in grouped.items())


def _group(who: str, grounds: str, texts: list[str]) -> str:
    reported = {"who": who, "what": _("、").join(texts), "grounds": grounds}
    return _("%(who)s：%(what)s（%(grounds)s）") % reported if grounds else _("%(who)s：%(what)s") % reported


def _title(programme: Programme, need: Need) -> str:
    match need.kind:
        case "unmet":
            return ngettext("%(n)s 项政策条件未达标", "%(n)s 项政策条件未达标", need.count) % {"n": need.count}
        case "unknown":
            return ngettext("%(n)s 项政策条件待定", "%(n)s 项政策条件待定", need.count) % {"n": need.count}
        case "approval":
            action = programme.find_action(need.code)
            return _("“%(action)s”还差 %(n)s 人审签") % {"action": action.label if action else "", "n": need.count}
        case "opinion":
            return _("%(department)s意见") % {"department": need.title or ""}
        case "correction":
            return _("补正：%(what)s") % {"what": need.title or ""}
        case "rights":
            return _("尚未选用Ⅱ类知识产权")
        case "reason":
            return _("理由")
        case _:
            title = str(need.title or "")
            return _("%(year)s 年度 %(title)s") % {"year": need.year, "title": title} if need.year else title


def _remark(need: Need) -> str:
    parts = []
    if need.kind == "material" and need.count > 1:
        parts.append(ngettext("还差 %(n)s 份", "还差 %(n)s 份", need.count) % {"n": need.count})
    if need.problem:
        parts.append(_(_PROBLEMS[need.problem]))
    return f"（{_('，').join(parts)}）" if parts else ""
