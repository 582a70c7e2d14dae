"""What each kind of to-do of casework says, and the one thing the reader can do about it; none where it is others' turn."""

from app.cases.actions import APPROVE, KEEP_MILESTONES, OPEN
from app.cases.domain.approvals import may_approve
from app.cases.domain.need_words import need_text
from app.cases.domain.needs import Need, insisted_on, next_action
from app.cases.domain.steps import may_act
from app.cases.duties.actions import FILL
from app.cases.models import CaseFile
from app.cases.opinions.actions import ASK
from app.cases.opinions.domain import OUTCOME_LABELS, OpinionOutcome
from app.cases.oversight.actions import RECORD_MEASURES, SUPERVISE
from app.cases.oversight.domain.rating import GRADES
from app.cases.supply.actions import CHECK, CORRECT
from app.cases.todo import calls, checks, decisions, oversight, reminders
from app.cases.todo.port import Todo
from app.engagement.actions import LOG
from app.kit.i18n import Bilingual, _, ngettext
from app.kit.permissions import Action, can
from app.programmes.domain.definition import Programme, StageAction
from app.web.shared.need_links import need_url
from app.web.shared.todo_lines import Kind, TodoContext, TodoWords, reported
from app.web.shared.unplaced_firms import ADDRESS


def _address(case: CaseFile) -> str:
    return f"/cases/{case.number}"


def _may(todo: Todo, around: TodoContext, action: Action) -> bool:
    """Whether the reader may do `action` to the firm that the to-do is about, or to its case."""
    return can(around.actor, action, around.firm(todo))


# -- to decide ---------------------------------------------------------------------------------------------------------


def step(todo: Todo, around: TodoContext) -> TodoWords:
    """The bureau's next step, or what has to be supplied before it."""
    case, programme = around.case(todo), around.programme(todo)
    action = next_action(programme, case.stage)
    milestone = around.milestones.get(case.id)
    title = str(Bilingual(zh=milestone.title_zh, en=milestone.title_en)) if milestone else ""
    waits = _("待本局办理")
    if action is None or not may_act(around.actor, action):
        return TodoWords(around.stage(todo), title, "", _address(case), undated=waits)
    missing = _missing(todo, around, programme, action)
    if missing:
        label, url = _supply(todo, missing[0], around)
        return TodoWords(around.stage(todo), _lacks(programme, missing), label, url, undated=waits)
    return TodoWords(
        around.stage(todo), title, str(action.label), f"{_address(case)}/steps/{action.code}", undated=waits
    )


def approval(todo: Todo, around: TodoContext) -> TodoWords:
    """The step that waits for one's approval, and what else it still lacks."""
    case, programme = around.case(todo), around.programme(todo)
    guarded = [action for action in programme.actions_from(case.stage) if action.needs.approvals]
    wanted = next((action for action in guarded if may_approve(around.actor, action)), guarded[0])
    others = [need for need in _missing(todo, around, programme, wanted) if need.kind != "approval"]
    text = _("%(step)s，待审签") % {"step": wanted.label}
    note = _lacks(programme, others) if others else _("其余事项已齐")
    if not _may(todo, around, APPROVE):
        return TodoWords(text, note, "", f"{_address(case)}#approvals")
    return TodoWords(text, note, _("审签"), f"{_address(case)}/approvals/{wanted.code}")


def clock(todo: Todo, around: TodoContext) -> TodoWords:
    """A time limit that runs out, with the step that ends it."""
    words = step(todo, around)
    found = next((one for one in around.programme(todo).clocks if one.code == todo.about), None)
    title = str(found.title) if found else todo.about
    return TodoWords(words.text, _("办理时限：%(what)s") % {"what": title}, words.action, words.url)


def _missing(todo: Todo, around: TodoContext, programme: Programme, action: StageAction) -> tuple[Need, ...]:
    return insisted_on(programme, action, around.supplies[around.case(todo).id])


def _lacks(programme: Programme, missing: tuple[Need, ...] | list[Need]) -> str:
    first = need_text(programme, missing[0])
    n = len(missing)
    if n == 1:
        return _("还差：%(what)s") % {"what": first}
    return _("还差 %(n)s 项：%(what)s等") % {"n": n, "what": first}


def _supply(todo: Todo, need: Need, around: TodoContext) -> tuple[str, str]:
    """What the reader does about the first thing that is missing, and where; no action where others supply it."""
    case, milestone = around.case(todo), around.milestones.get(todo.case_id or 0)
    if need.kind == "milestone" and milestone and need.code == milestone.code and _may(todo, around, KEEP_MILESTONES):
        return _("办理节点"), f"{_address(case)}/milestones/{milestone.id}"
    if need.kind == "opinion" and not need.problem and _may(todo, around, ASK):
        return _("征询意见"), f"{_address(case)}/opinions?department={need.code}"
    return "", need_url(case.number, need, {milestone.code: milestone.id} if milestone else {})


# -- to check and to correct ---------------------------------------------------------------------------------------------


def materials(todo: Todo, around: TodoContext) -> TodoWords:
    """Documents handed in by the firm."""
    text = ngettext("企业交来材料 %(n)s 份", "企业交来材料 %(n)s 份", todo.n) % {"n": todo.n}
    action = _("核对材料") if _may(todo, around, CHECK) else ""
    return TodoWords(text, around.stage(todo), action, f"{_address(around.case(todo))}#materials")


def answers(todo: Todo, around: TodoContext) -> TodoWords:
    """Answers handed in by the firm: to be read before the step."""
    text = ngettext("企业提交填报 %(n)s 项", "企业提交填报 %(n)s 项", todo.n) % {"n": todo.n}
    return TodoWords(text, around.stage(todo), "", f"{_address(around.case(todo))}#questions")


def correction_answered(todo: Todo, around: TodoContext) -> TodoWords:
    """Corrections that the firm has answered."""
    text = ngettext("企业补正已交回 %(n)s 项", "企业补正已交回 %(n)s 项", todo.n) % {"n": todo.n}
    action = _("核对补正") if _may(todo, around, CORRECT) else ""
    return TodoWords(text, around.stage(todo), action, f"{_address(around.case(todo))}#corrections")


def opinion_answered(todo: Todo, around: TodoContext) -> TodoWords:
    """What a department said."""
    who = around.departments.get(todo.about, todo.about)
    text = _("%(who)s已答复意见") % {"who": who}
    said = _(OUTCOME_LABELS[OpinionOutcome(todo.about_en)])
    return TodoWords(text, said, "", f"{_address(around.case(todo))}#opinions")


def duty_reported(todo: Todo, around: TodoContext) -> TodoWords:
    """A duty that the firm has done."""
    return TodoWords(reported(todo), _("企业已报来"), "", f"{_address(around.case(todo))}/duties/{todo.key}")


def self_check(todo: Todo, around: TodoContext) -> TodoWords:
    """Figures that a firm told after a self-check."""
    text = ngettext("企业自查后提交数据 %(n)s 项", "企业自查后提交数据 %(n)s 项", todo.n) % {"n": todo.n}
    return TodoWords(text, _("七天内"), "", f"/enterprises/{around.firm(todo).uscc}/timeline")


# -- to call and to remind -------------------------------------------------------------------------------------------------


def call_back(todo: Todo, around: TodoContext) -> TodoWords:
    """A call that was promised."""
    action = _("登记回访") if _may(todo, around, LOG) else ""
    return TodoWords(_("约定回访"), todo.about, action, f"/enterprises/{around.firm(todo).uscc}/visits/{todo.key}")


def silent_firm(todo: Todo, around: TodoContext) -> TodoWords:
    """A request that the firm has not answered in time."""
    action = _("联系企业") if _may(todo, around, LOG) else ""
    return TodoWords(_("企业逾期未回应"), todo.about, action, f"/enterprises/{around.firm(todo).uscc}/requests")


def opinion_late(todo: Todo, around: TodoContext) -> TodoWords:
    """A department past its day; the button reminds it."""
    text = _("%(who)s未答复意见") % {"who": around.departments.get(todo.about, todo.about)}
    note = _("已催办 %(n)s 次") % {"n": todo.n} if todo.n else _("尚未催办")
    if not _may(todo, around, ASK):
        return TodoWords(text, note, "", f"{_address(around.case(todo))}#opinions")
    url = f"{_address(around.case(todo))}/opinions/{todo.key}/remind"
    return TodoWords(text, note, _("催办"), url, fields=(("version", str(todo.version)),))


def correction_late(todo: Todo, around: TodoContext) -> TodoWords:
    """A firm past the day for its corrections."""
    return TodoWords(_("企业补正逾期"), todo.about, "", f"{_address(around.case(todo))}#correction-{todo.key}")


def milestone(todo: Todo, around: TodoContext) -> TodoWords:
    """A day that is near while firm or province has the ball."""
    case = around.case(todo)
    near = around.milestones.get(case.id)
    title = str(Bilingual(zh=near.title_zh, en=near.title_en)) if near else ""
    if near is not None and _may(todo, around, KEEP_MILESTONES):
        return TodoWords(around.stage(todo), title, _("办理节点"), f"{_address(case)}/milestones/{near.id}")
    return TodoWords(around.stage(todo), title, "", _address(case))


def firms_duty(todo: Todo, around: TodoContext) -> TodoWords:
    """A duty of the firm that is due or missed."""
    return TodoWords(reported(todo), _("由企业办理"), "", f"{_address(around.case(todo))}/duties/{todo.key}")


def own_duty(todo: Todo, around: TodoContext) -> TodoWords:
    """A duty of the bureau."""
    action = _("办理") if _may(todo, around, FILL) else ""
    return TodoWords(reported(todo), _("由本局办理"), action, f"{_address(around.case(todo))}/duties/{todo.key}")


def certificate(todo: Todo, around: TodoContext) -> TodoWords:
    """A certificate that ends; the way to the next one begins with a case."""
    kinds = {p.certificate.kind: p for p in around.catalogue.known().values() if p.certificate is not None}
    programme = kinds[todo.about]
    text = _("%(what)s证书将到期") % {"what": programme.title}
    if not _may(todo, around, OPEN):
        return TodoWords(text, todo.about_en, "", f"/enterprises/{around.firm(todo).uscc}")
    url = f"/cases/new?enterprise={around.firm(todo).uscc}&programme={programme.code}"
    return TodoWords(text, todo.about_en, _("立案"), url)


def document(todo: Todo, around: TodoContext) -> TodoWords:
    """A document that ends."""
    return TodoWords(_("材料有效期将满"), todo.about, "", f"/documents/{todo.key}")


# -- to supervise, to follow up, to hand over --------------------------------------------------------------------------------


def supervision(todo: Todo, around: TodoContext) -> TodoWords:
    """What is asked under supervision."""
    action = _("答复督办") if todo.officer_id == around.actor.id else ""
    return TodoWords(_("督办"), todo.about, action, f"{_address(around.case(todo))}/supervisions/{todo.key}")


def supervision_answered(todo: Todo, around: TodoContext) -> TodoWords:
    """An answer that its asker has not looked at."""
    url = f"{_address(around.case(todo))}/supervisions/{todo.key}"
    return TodoWords(_("督办已答复"), todo.about, _("办结督办") if _may(todo, around, SUPERVISE) else "", url)


def bad_rating(todo: Todo, around: TodoContext) -> TodoWords:
    """A bad rating without measures."""
    text = _("企业评价：%(grade)s") % {"grade": _(GRADES[todo.n])}
    action = _("登记整改") if _may(todo, around, RECORD_MEASURES) else ""
    return TodoWords(text, todo.about, action, f"/desk/ratings/{around.case(todo).number}")


def left_behind(todo: Todo, around: TodoContext) -> TodoWords:
    """An officer who is gone and still leads cases."""
    text = ngettext("停用人员名下还有 %(n)s 件", "停用人员名下还有 %(n)s 件", todo.n) % {"n": todo.n}
    return TodoWords(text, "", _("移交"), f"/desk/hand-over?from={todo.key}")


def unled(todo: Todo, around: TodoContext) -> TodoWords:
    """A case without an officer."""
    return TodoWords(_("未指定经办人"), around.stage(todo), _("指定经办人"), f"{_address(around.case(todo))}/handling")


def unplaced(todo: Todo, around: TodoContext) -> TodoWords:
    """Firms of which nobody knows where they lie."""
    text = ngettext("%(n)s 家企业所在区域不明", "%(n)s 家企业所在区域不明", todo.n) % {"n": todo.n}
    return TodoWords(text, "", _("指定区域"), ADDRESS)


#: Those of one day stand in this order.
KINDS = (
    Kind(decisions.APPROVAL, approval, looks_at_needs=True),
    Kind(decisions.CLOCK, clock, looks_at_needs=True),
    Kind(decisions.STEP, step, looks_at_needs=True),
    Kind(checks.CORRECTION_ANSWERED, correction_answered),
    Kind(checks.MATERIALS, materials),
    Kind(checks.ANSWERS, answers),
    Kind(checks.OPINION_ANSWERED, opinion_answered),
    Kind(checks.DUTY_REPORTED, duty_reported),
    Kind(checks.SELF_CHECK, self_check),
    Kind(calls.CALL_BACK, call_back),
    Kind(calls.SILENT_FIRM, silent_firm),
    Kind(reminders.OPINION_LATE, opinion_late),
    Kind(reminders.CORRECTION_LATE, correction_late),
    Kind(reminders.MILESTONE, milestone),
    Kind(reminders.FIRMS_DUTY, firms_duty),
    Kind(reminders.OWN_DUTY, own_duty),
    Kind(reminders.CERTIFICATE, certificate),
    Kind(reminders.DOCUMENT, document),
    Kind(oversight.SUPERVISION, supervision),
    Kind(oversight.SUPERVISION_ANSWERED, supervision_answered),
    Kind(oversight.BAD_RATING, bad_rating),
    Kind(oversight.LEFT_BEHIND, left_behind),
    Kind(oversight.UNLED, unled),
    Kind(oversight.UNPLACED, unplaced),
)
