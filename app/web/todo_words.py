"""What each kind of to-do of casework says, and the one thing to do about it."""

from app.cases.actions import KEEP_MILESTONES
from app.cases.domain.moving import may_act
from app.cases.domain.need_words import need_text
from app.cases.domain.needs import Need, needs_of, next_action, refusing
from app.cases.models import CaseFile
from app.cases.opinions.domain import OUTCOME_LABELS, Outcome
from app.cases.oversight.domain.rating import GRADES
from app.cases.service.loading import place_of
from app.cases.todo.port import Todo
from app.kit.i18n import Bilingual, _, ngettext
from app.kit.permissions import can
from app.programmes.domain.definition import Programme, StageAction
from app.web.need_links import need_url
from app.web.todo_lines import Around, Words, told


def _address(case: CaseFile) -> str:
    return f"/cases/{case.number}"


# -- to decide ---------------------------------------------------------------------------------------------------------


def step(todo: Todo, around: Around) -> Words:
    """The bureau's next step, or what has to be supplied before it."""
    case, programme = around.case(todo), around.programme(todo)
    action = next_action(programme, case.stage)
    milestone = around.milestones.get(case.id)
    title = str(Bilingual(zh=milestone.title_zh, en=milestone.title_en)) if milestone else ""
    waits = _("待本局办理")
    if action is None or not may_act(around.actor, action):
        return Words(around.stage(todo), title, _("查看"), _address(case), undated=waits)
    missing = _missing(todo, around, programme, action)
    if missing:
        label, url = _supply(case, missing[0], around)
        return Words(around.stage(todo), _lacks(programme, missing), label, url, undated=waits)
    return Words(around.stage(todo), title, str(action.label), f"{_address(case)}/steps/{action.code}", undated=waits)


def approval(todo: Todo, around: Around) -> Words:
    """The step that waits for one's approval, and what else it still lacks."""
    case, programme = around.case(todo), around.programme(todo)
    guarded = [action for action in programme.actions_from(case.stage) if action.needs.approvals]
    label = str(guarded[0].label) if guarded else around.stage(todo)
    others = [need for need in _missing(todo, around, programme, guarded[0]) if need.kind != "approval"]
    note = _lacks(programme, others) if others else _("其余事项已齐")
    return Words(_("%(step)s，待审签") % {"step": label}, note, _("审签"), f"{_address(case)}#approvals")


def clock(todo: Todo, around: Around) -> Words:
    """A time limit that runs out, with the step that ends it."""
    words = step(todo, around)
    found = next((one for one in around.programme(todo).clocks if one.code == todo.about), None)
    title = str(found.title) if found else todo.about
    return Words(words.text, _("办理时限：%(what)s") % {"what": title}, words.action, words.url)


def _missing(todo: Todo, around: Around, programme: Programme, action: StageAction) -> tuple[Need, ...]:
    return refusing(needs_of(programme, action, around.supplies[around.case(todo).id]))


def _lacks(programme: Programme, missing: tuple[Need, ...] | list[Need]) -> str:
    first = need_text(programme, missing[0])
    n = len(missing)
    if n == 1:
        return _("还差：%(what)s") % {"what": first}
    return _("还差 %(n)s 项：%(what)s等") % {"n": n, "what": first}


def _supply(case: CaseFile, need: Need, around: Around) -> tuple[str, str]:
    """The way to the first thing that is missing."""
    milestone = around.milestones.get(case.id)
    open_one = {milestone.code: milestone.id} if milestone else {}
    if need.kind == "milestone" and can(around.actor, KEEP_MILESTONES, place_of(case.enterprise)):
        return _("办理节点"), need_url(case.number, need, open_one)
    if need.kind == "opinion" and not need.problem:
        return _("征询意见"), f"{_address(case)}/opinions?department={need.code}"
    if need.kind == "approval":
        return _("查看审签"), need_url(case.number, need)
    return _("查看所缺"), need_url(case.number, need)


# -- to check and to correct ---------------------------------------------------------------------------------------------


def materials(todo: Todo, around: Around) -> Words:
    """Documents handed in by the firm."""
    text = ngettext("企业交来材料 %(n)s 份", "企业交来材料 %(n)s 份", todo.n) % {"n": todo.n}
    return Words(text, around.stage(todo), _("核对材料"), f"{_address(around.case(todo))}#materials")


def answers(todo: Todo, around: Around) -> Words:
    """Answers handed in by the firm."""
    text = ngettext("企业提交填报 %(n)s 项", "企业提交填报 %(n)s 项", todo.n) % {"n": todo.n}
    return Words(text, around.stage(todo), _("核对填报"), f"{_address(around.case(todo))}#questions")


def correction_answered(todo: Todo, around: Around) -> Words:
    """Corrections that the firm has answered."""
    text = ngettext("企业补正已交回 %(n)s 项", "企业补正已交回 %(n)s 项", todo.n) % {"n": todo.n}
    return Words(text, around.stage(todo), _("核对补正"), f"{_address(around.case(todo))}#corrections")


def opinion_answered(todo: Todo, around: Around) -> Words:
    """What a department said."""
    who = around.departments.get(todo.about, todo.about)
    text = _("%(who)s已答复意见") % {"who": who}
    said = _(OUTCOME_LABELS[Outcome(todo.about_en)])
    return Words(text, said, _("查看意见"), f"{_address(around.case(todo))}#opinions")


def duty_reported(todo: Todo, around: Around) -> Words:
    """A duty that the firm has done."""
    return Words(told(todo), _("企业已报来"), _("核对"), f"{_address(around.case(todo))}#duties")


def self_check(todo: Todo, around: Around) -> Words:
    """Figures that a firm told after a self-check."""
    text = ngettext("企业自查后提交数据 %(n)s 项", "企业自查后提交数据 %(n)s 项", todo.n) % {"n": todo.n}
    return Words(text, _("七天内"), _("核对数据"), f"/enterprises/{around.firm(todo).uscc}/standing")


# -- to call and to remind -------------------------------------------------------------------------------------------------


def call_back(todo: Todo, around: Around) -> Words:
    """A call that was promised."""
    return Words(_("约定回访"), todo.about, _("登记回访"), f"/enterprises/{around.firm(todo).uscc}/visits/{todo.key}")


def silent_firm(todo: Todo, around: Around) -> Words:
    """A request that the firm has not answered in time."""
    return Words(_("企业逾期未回应"), todo.about, _("联系企业"), f"/enterprises/{around.firm(todo).uscc}/requests")


def opinion_late(todo: Todo, around: Around) -> Words:
    """A department past its day; the button reminds it."""
    text = _("%(who)s未答复意见") % {"who": around.departments.get(todo.about, todo.about)}
    note = _("已催办 %(n)s 次") % {"n": todo.n} if todo.n else _("尚未催办")
    url = f"{_address(around.case(todo))}/opinions/{todo.key}/remind"
    return Words(text, note, _("催办"), url, fields=(("version", str(todo.version)),))


def correction_late(todo: Todo, around: Around) -> Words:
    """A firm past the day for its corrections."""
    return Words(_("企业补正逾期"), todo.about, _("提醒企业"), f"{_address(around.case(todo))}#corrections")


def milestone(todo: Todo, around: Around) -> Words:
    """A day that is near while firm or province has the ball."""
    case = around.case(todo)
    near = around.milestones.get(case.id)
    title = str(Bilingual(zh=near.title_zh, en=near.title_en)) if near else ""
    if near is not None and can(around.actor, KEEP_MILESTONES, place_of(case.enterprise)):
        return Words(around.stage(todo), title, _("办理节点"), f"{_address(case)}/milestones/{near.id}")
    return Words(around.stage(todo), title, _("查看"), _address(case))


def firms_duty(todo: Todo, around: Around) -> Words:
    """A duty of the firm that is due or missed."""
    return Words(told(todo), _("由企业办理"), _("提醒填报"), f"{_address(around.case(todo))}#duties")


def own_duty(todo: Todo, around: Around) -> Words:
    """A duty of the bureau."""
    return Words(told(todo), _("由本局办理"), _("办理"), f"{_address(around.case(todo))}#duties")


def certificate(todo: Todo, around: Around) -> Words:
    """A certificate that ends; the way to the next one begins with a case."""
    kinds = {p.certificate.kind: p for p in around.catalogue.known().values() if p.certificate is not None}
    programme = kinds[todo.about]
    text = _("%(what)s证书将到期") % {"what": programme.title}
    url = f"/cases/new?enterprise={around.firm(todo).uscc}&programme={programme.code}"
    return Words(text, todo.about_en, _("立案"), url)


def document(todo: Todo, around: Around) -> Words:
    """A document that ends."""
    url = f"/enterprises/{around.firm(todo).uscc}/documents/{todo.key}"
    return Words(_("材料有效期将满"), todo.about, _("查看材料"), url)


# -- to supervise, to follow up, to hand over --------------------------------------------------------------------------------


def supervision(todo: Todo, around: Around) -> Words:
    """What is asked under supervision."""
    return Words(_("督办"), todo.about, _("答复督办"), f"{_address(around.case(todo))}/supervisions/{todo.key}")


def supervision_answered(todo: Todo, around: Around) -> Words:
    """An answer that its asker has not looked at."""
    url = f"{_address(around.case(todo))}/supervisions/{todo.key}"
    return Words(_("督办已答复"), todo.about, _("办结督办"), url)


def bad_rating(todo: Todo, around: Around) -> Words:
    """A bad rating without measures."""
    text = _("企业评价：%(grade)s") % {"grade": _(GRADES[todo.n])}
    return Words(text, todo.about, _("登记整改"), f"/desk/ratings/{around.case(todo).number}")


def left_behind(todo: Todo, around: Around) -> Words:
    """An officer who is gone and still leads cases."""
    text = ngettext("停用人员名下还有 %(n)s 件", "停用人员名下还有 %(n)s 件", todo.n) % {"n": todo.n}
    return Words(text, "", _("移交"), f"/desk/hand-over?from={todo.key}")


def unled(todo: Todo, around: Around) -> Words:
    """A case without an officer."""
    return Words(_("未指定经办人"), around.stage(todo), _("指定经办人"), f"{_address(around.case(todo))}/handling")
