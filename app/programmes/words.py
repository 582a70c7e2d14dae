"""The single values of a programme file in words, in the current language."""

from collections.abc import Collection, Mapping

from app.kit.actor import Role
from app.kit.i18n import N_, Bilingual, _, ngettext
from app.programmes.domain.definition import ApprovalGuard, OpinionGuard, Programme, StageAction
from app.programmes.domain.due import BeforeCutoff, DueRule, OnMonthDay, WorkingDaysAfter
from app.programmes.domain.duties import AfterEvent, BeforeExpiry, DutyRule, EveryQuarter, EveryYear
from app.programmes.domain.supplied import NeededField, When
from app.programmes.models import ProgrammeRound

LEVELS = {"national": N_("国家级"), "provincial": N_("省级"), "municipal": N_("市级")}
TURNS = {"bureau": N_("市局"), "enterprise": N_("企业"), "province": N_("省级"), "none": N_("无")}
SUPPLIERS = {"enterprise": N_("企业"), "bureau": N_("市局")}
TOLD = {"enterprise": N_("企业"), "officer": N_("经办人"), "section_head": N_("科长")}
OUTCOMES = {"finished": N_("办结"), "rejected": N_("未通过"), "withdrawn": N_("已撤回")}
MARKERS = {
    "submitted": N_("计为已申报"),
    "recommended": N_("计为已推荐"),
    "accepted": N_("计为已通过"),
    "certified": N_("计为已发证"),
}
EFFECTS = {
    "submit": N_("记下申报日期"),
    "certify": N_("证书登入企业档案"),
    "release-rights": N_("释放Ⅱ类知识产权"),
    "send-back": N_("退回补正，此前的审签失效"),
}
KINDS = {
    "text": N_("文字"),
    "long-text": N_("长文字"),
    "date": N_("日期"),
    "number": N_("数字"),
    "amount": N_("金额（元）"),
    "share": N_("百分比"),
    "yes-no": N_("是或否"),
    "choice": N_("选择"),
}
CONFIDENCE = {
    "seen": N_("原文"),
    "copy": N_("转载文本"),
    "recalled": N_("凭记忆，较有把握"),
    "recalled-low": N_("凭记忆，待核实"),
    "inferred": N_("推定，待核实"),
}


def listed(words: list[str]) -> str:
    """Words one after the other."""
    return _("、").join(words)


def role_titles(roles: Collection[Role]) -> list[str]:
    """What steps call these roles."""
    return [_(role.traits.title) for role in Role if role in roles]


def who_may(action: StageAction) -> list[str]:
    """The kinds of people who may take a step."""
    found = role_titles(action.roles)
    return [*found, _("企业")] if action.by_enterprise else found


def stage_names(programme: Programme, codes: tuple[str, ...]) -> str:
    """The names of stages as officers know them."""
    return listed([str(programme.stage(code).name) for code in codes])


def needs_texts(programme: Programme, action: StageAction, departments: Mapping[str, str]) -> list[str]:
    """What a step needs, one thing after the other; `departments` are the names of the codes."""
    needs = action.needs
    found = [_("理由")] if needs.reason else []
    found += [_field_text(needed) for needed in needs.fields]
    titles = {milestone.code: milestone.title for milestone in programme.milestones}
    found += [_("完成节点“%(title)s”") % {"title": titles[code]} for code in needs.milestones]
    found += [_opinion_text(guard, departments) for guard in needs.opinions]
    found += [_approval_text(needs.approvals)] if needs.approvals else []
    if needs.verdict:
        found.append(_("查看政策判断") if needs.verdict.mode == "warn" else _("政策条件须全部满足"))
    return [*found, *_supplied_texts(programme, action)]


def _field_text(needed: NeededField) -> str:
    return str(needed.label) if needed.required else _("%(label)s（可不填）") % {"label": needed.label}


def _opinion_text(guard: OpinionGuard, departments: Mapping[str, str]) -> str:
    name = departments.get(guard.department, guard.department)
    if guard.mode == "require":
        return _("%(department)s答复且无异议") % {"department": name}
    return _("征求%(department)s意见") % {"department": name}


def _approval_text(guard: ApprovalGuard) -> str:
    who = listed(role_titles(guard.roles))
    return ngettext("%(who)s %(n)s 人审签", "%(who)s %(n)s 人审签", guard.number) % {"who": who, "n": guard.number}


def _supplied_texts(programme: Programme, action: StageAction) -> list[str]:
    questions = sum(question.needed_for == action.code for question in programme.questions)
    materials = sum(material.needed_for == action.code for material in programme.materials)
    found = []
    if questions:
        found.append(ngettext("填报问题 %(n)s 项", "填报问题 %(n)s 项", questions) % {"n": questions})
    if materials:
        found.append(ngettext("材料 %(n)s 项", "材料 %(n)s 项", materials) % {"n": materials})
    return found


def kind_text(field: NeededField) -> str:
    """How a question is answered: `选择：甲、乙`."""
    kind = _(KINDS[field.kind])
    if field.kind != "choice":
        return kind
    return _("%(kind)s：%(choices)s") % {"kind": kind, "choices": listed([str(c) for c in field.options.values()])}


def when_text(programme: Programme, when: When | None) -> str:
    """Under which answer something is needed at all; "" where always."""
    if when is None:
        return ""
    question = next(item for item in programme.questions if item.code == when.question)
    answers = [str(question.options[answer]) for answer in when.answers]
    return _("“%(question)s”答“%(answers)s”时") % {"question": question.label, "answers": _("”或“").join(answers)}


def due_text(rule: DueRule) -> str:
    """When a milestone is due."""
    if isinstance(rule, OnMonthDay):
        return _year_day(rule.years_later, rule.month_day)
    if isinstance(rule, WorkingDaysAfter):
        events = {"opening": _("立案"), "submission": _("申报"), "entry": _("进入该阶段")}
        return _("%(event)s后第 %(n)s 个工作日") % {"event": events[rule.event], "n": rule.days}
    if isinstance(rule, BeforeCutoff):
        cutoff = _("市局截止日") if rule.cutoff == "bureau" else _("省厅截止日")
        return cutoff if not rule.days else _("%(cutoff)s前 %(n)s 个工作日") % {"cutoff": cutoff, "n": rule.days}
    return _("由经办人设定")


def _year_day(years_later: int, month_day: str) -> str:
    if not years_later:
        return _("当年 %(day)s") % {"day": month_day}
    if years_later == 1:
        return _("次年 %(day)s") % {"day": month_day}
    return _("%(n)s 年后的 %(day)s") % {"n": years_later, "day": month_day}


def duty_due_text(rule: DutyRule) -> str:
    """When a duty is due, again and again or once."""
    if isinstance(rule, EveryQuarter):
        if rule.days_after is None:
            return _("每季度，日期由市局设定")
        n = rule.days_after
        return ngettext("每季度结束后 %(n)s 日内", "每季度结束后 %(n)s 日内", n) % {"n": n}
    if isinstance(rule, EveryYear):
        return _every_year(rule)
    if isinstance(rule, BeforeExpiry):
        return _("证书到期前 %(months)s 个月") % {"months": listed([str(n) for n in rule.months])}
    if isinstance(rule, AfterEvent):
        return ngettext("事项发生后 %(n)s 个月内", "事项发生后 %(n)s 个月内", rule.months) % {"n": rule.months}
    return _("一次，日期由市局设定")


def _every_year(rule: EveryYear) -> str:
    first = _("当年起") if rule.years_later == 0 else _("次年起") if rule.years_later == 1 else _("%(n)s 年后起")
    when = first % {"n": rule.years_later} if rule.years_later > 1 else first
    day = _("每年 %(day)s") % {"day": rule.month_day} if rule.month_day else _("每年一次，日期由市局设定")
    return ngettext("%(when)s，%(day)s，共 %(n)s 次", "%(when)s，%(day)s，共 %(n)s 次", rule.times) % {
        "when": when, "day": day, "n": rule.times,
    }  # fmt: skip


def working_days_text(days: int | None) -> str:
    """The length of a clock; the bureau sets it where no document names a figure."""
    if days is None:
        return _("由市局设定")
    return ngettext("%(n)s 个工作日", "%(n)s 个工作日", days) % {"n": days}


def round_title(row: ProgrammeRound) -> str:
    """A round's name."""
    return str(Bilingual(zh=row.title_zh, en=row.title_en))
