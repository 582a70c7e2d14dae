"""What can be decided of many rows at once: the groups by reason, the choices that fit all rows of a group, what stays row by row."""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.enterprises.imports.domain import RowOutcome
from app.enterprises.imports.proposals.domain import ONE_LIKELY, PROPOSED_LABELS, SOME
from app.enterprises.imports.reasons import CONTRADICTED, LIKELY
from app.kit.errors import Invalid
from app.kit.i18n import N_, _

#: Rows that differ from what stands here without a further reason, and those whose figure is a thousand times another year's.
DIFFERS, JUMP = "differs", "jump"
#: So many pairs are shown on one page; of a kind whose every pair must be seen no more are taken at once.
MOST_SEEN = 200
LONGEST_CODE = 40


class RowChoice(enum.StrEnum):
    """What is decided of a row: take it as it is told, keep what stands here, leave it out, undo an earlier decision, or take it for
    the one firm that is proposed.
    """

    TAKE = "take"
    KEEP = "keep"
    LEAVE = "leave"
    UNDO = "undo"
    PROPOSED = "proposed"


TAKE, KEEP, LEAVE, UNDO, PROPOSED = RowChoice
CHOICE_LABELS = {
    TAKE: N_("采用文件内容"),
    KEEP: N_("保留本库内容"),
    LEAVE: N_("不导入"),
    UNDO: N_("撤销已作的决定"),
    PROPOSED: N_("取建议的企业"),
}
#: What brings a row in, after a look.
TAKING = (TAKE, PROPOSED)


@dataclass(frozen=True)
class RowGroupRule:
    """What fits all rows that wait for one reason, and what taking them does (`taken`). `ahead` may be said before anybody has seen
    them; `seen`: each pair must be shown before it is taken; `alone` says why they are taken row by row only.
    """

    label: str
    choices: tuple[RowChoice, ...] = ()
    ahead: tuple[RowChoice, ...] = ()
    seen: bool = False
    alone: str = ""
    taken: str = ""


_AS_TOLD = N_("采用：按文件所写登记，理由记在每一行上。")
_BY_LICENCE = N_("同名的是哪一家，要逐行核对营业执照，不能一起采用。")
_UNKNOWN = RowGroupRule(N_("其他原因"), (LEAVE,), (LEAVE,), alone=N_("这类行要逐行核对，不能一起采用。"))
WAITING: Mapping[str, RowGroupRule] = {
    "uscc": RowGroupRule(
        N_("代码校验位不符"),
        (TAKE, LEAVE),
        (LEAVE,),
        taken=N_("采用：按文件里的代码新建企业，代码记为已确认，理由记在企业上。"),
    ),
    "name.differs": RowGroupRule(
        N_("名称与代码不符"),
        (TAKE, LEAVE),
        (LEAVE,),
        seen=True,
        taken=N_(
            "采用：企业名单上的，企业改为文件里的名称，原名记为曾用名；其他表的，数据记入该代码的企业，企业名称不变。"
        ),
    ),
    "name.other": RowGroupRule(N_("是另一家企业的名称"), (LEAVE,), (LEAVE,), alone=_BY_LICENCE),
    "name.taken": RowGroupRule(N_("同名企业已在库"), (LEAVE,), (LEAVE,), alone=_BY_LICENCE),
    "name.rival": RowGroupRule(N_("文件里同名另有代码"), (LEAVE,), (LEAVE,), alone=_BY_LICENCE),
    "property.check": RowGroupRule(N_("专利号校验位不符"), (TAKE, LEAVE), (TAKE, LEAVE), taken=_AS_TOLD),
    "property.kind": RowGroupRule(N_("专利号与类型不符"), (TAKE, LEAVE), (TAKE, LEAVE), taken=_AS_TOLD),
    "property.number_form": RowGroupRule(N_("不像专利号"), (TAKE, LEAVE), (TAKE, LEAVE), taken=_AS_TOLD),
    "property.holder": RowGroupRule(N_("权利人里没有这家企业"), (TAKE, LEAVE), (LEAVE,), taken=_AS_TOLD),
}
#: Rows that were handed back because they only have a name, for which firms are proposed.
PROPOSING: Mapping[str, RowGroupRule] = {
    ONE_LIKELY: RowGroupRule(
        PROPOSED_LABELS[ONE_LIKELY],
        (PROPOSED, LEAVE),
        seen=True,
        taken=N_("取建议的企业：数据记入这家企业，企业名称不变；有存疑或与手工修改不同的，随后再问。"),
    ),
    SOME: RowGroupRule(PROPOSED_LABELS[SOME], (LEAVE,), alone=N_("是哪一家要逐行选定，不能一起采用。")),
}
DIFFERING: Mapping[str, RowGroupRule] = {
    DIFFERS: RowGroupRule(
        N_("与手工修改不同"),
        (KEEP, TAKE),
        (KEEP, TAKE),
        taken=N_("采用：文件内容写入，代替手工修改的；保留：本库不变。"),
    ),
    CONTRADICTED: RowGroupRule(
        N_("文件里前后不一"), (KEEP, TAKE), (KEEP, TAKE), taken=N_("采用：以后写的一行为准；保留：以先写的为准。")
    ),
    JUMP: RowGroupRule(
        N_("与往年相差约千倍"),
        (KEEP, TAKE),
        (KEEP,),
        seen=True,
        taken=N_("采用：文件里的数写入，请先核对单位；保留：本库不变。"),
    ),
}
#: What is only told: such rows were handed back, or taken with a remark.
LABELS = {
    LIKELY: N_("疑似重复"),
    "repeat": N_("重复的行"),
    "repeat.differs": N_("重复的行，内容不同"),
    "repeat.firm": N_("同一家企业已写过"),
    "region.assumed": N_("所在区域不明"),
    "region.outside": N_("在辖区之外"),
    "enterprise.outside": N_("在辖区之外"),
    "enterprise.unknown": N_("企业不在库"),
    "name.unknown": N_("库内没有这个名称"),
    "name.ambiguous": N_("名称对应几家企业"),
    "name.missing": N_("没有企业名称"),
    "name.former": N_("用的是曾用名"),
    "name.known": N_("用的是记住的写法"),
    "uscc.missing": N_("没有代码"),
    "uscc.scientific": N_("代码成了科学记数法"),
    "field.missing": N_("缺必填项"),
    "unit.missing": N_("金额没有单位"),
    "unread": N_("不是数字，按文字保留"),
    "negative": N_("金额为负"),
    "word.unknown": N_("不在代码表中"),
    "phone.length": N_("电话位数不对"),
    "day.invalid": N_("不是日历上的日期"),
    "day.incomplete": N_("日期没有写到日"),
    JUMP: DIFFERING[JUMP].label,
}


def main_reason(outcome: RowOutcome, codes: Iterable[str]) -> str:
    """The code by which a row is grouped: why it waits or was handed back, else the first remark; "" when there is none."""
    codes = list(codes)
    if outcome is RowOutcome.DIFFERS:
        return next((code for code in (CONTRADICTED, JUMP) if code in codes), DIFFERS)
    return codes[0][:LONGEST_CODE] if codes else ""


def rule_of(outcome: str, code: str) -> RowGroupRule:
    """What fits the rows of this outcome that have this main reason."""
    if outcome == RowOutcome.QUEUED:
        return WAITING.get(code, _UNKNOWN)
    if outcome == RowOutcome.DIFFERS:
        return DIFFERING.get(code, DIFFERING[DIFFERS])
    if code in PROPOSING:
        return PROPOSING[code]
    return RowGroupRule(LABELS.get(code) or (WAITING[code].label if code in WAITING else _UNKNOWN.label))


def find_rule(code: str) -> RowGroupRule | None:
    """What fits the rows that wait for this reason, whatever their outcome."""
    return WAITING.get(code) or DIFFERING.get(code) or PROPOSING.get(code)


def check_choice(code: str, choice: str, *, ahead: bool = False) -> RowChoice:
    """The choice, when it fits all rows that wait for this reason. Raises Invalid, saying what may be chosen."""
    rule = find_rule(code) or (None if ahead else _UNKNOWN)
    if rule is None or (ahead and not rule.ahead):
        text = _("没有“%(code)s”这种原因，可用的有：%(codes)s。") % {
            "code": code[:LONGEST_CODE],
            "codes": "、".join((*WAITING, *DIFFERING)),
        }
        raise Invalid("import.reason_unknown", text)
    fitting = rule.ahead if ahead else rule.choices
    if choice in fitting or (choice == UNDO and not ahead):
        return RowChoice(choice)
    text = _("“%(group)s”不能一起选“%(choice)s”，可选：%(choices)s。") % {
        "group": _(rule.label),
        "choice": _(CHOICE_LABELS[RowChoice(choice)]) if choice in set(RowChoice) else choice[:LONGEST_CODE],
        "choices": "、".join(f"{_(CHOICE_LABELS[each])}（{each}）" for each in fitting),
    }
    why = _(rule.alone) if rule.alone and choice == TAKE else ""
    raise Invalid("import.choice_unfit", text + why)


def read_ahead(texts: Iterable[str]) -> dict[str, RowChoice]:
    """What `原因=选择` texts say before an import begins. Raises Invalid for what is no such text, unknown, unfit or said twice otherwise."""
    said: dict[str, RowChoice] = {}
    for text in texts:
        code, equals, choice = text.partition("=")
        if not equals:
            raise Invalid("import.decide", _("请写成“原因=选择”，例如 differs=keep：%(text)s") % {"text": text[:80]})
        found = check_choice(code.strip(), choice.strip(), ahead=True)
        if said.setdefault(code.strip(), found) != found:
            raise Invalid("import.decide_twice", _("“%(code)s”写了两种不同的选择。") % {"code": code.strip()})
    return said
