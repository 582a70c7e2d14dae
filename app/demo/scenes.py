"""Scenes of a bureau's life around the fictional cases that are handled in full, so that every page has something to show."""

from datetime import date, datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.accounts.models import Officer
from app.accounts.queries import actor_of
from app.cases.models import CaseFile
from app.cases.opinions.models import Opinion
from app.cases.opinions.schemas import AnswerOpinion, AskOpinions
from app.cases.opinions.service import answer_opinion, ask_opinions
from app.cases.oversight.schemas import RateService, Supervise
from app.cases.oversight.service.rating import rate_service
from app.cases.oversight.service.supervising import supervise
from app.cases.supply.models import CaseMaterial, CorrectionItem
from app.cases.supply.schemas import AnswerCorrection, AskCorrections, CorrectionAsked
from app.cases.supply.service.corrections import answer_correction
from app.demo.duties import keep_duties_up
from app.demo.firms import SHOWN, SHOWN_CERTIFIED, fictional_code
from app.demo.handled import CaseHandlers, Handled
from app.engagement.domain.requests import RequestKind
from app.engagement.domain.visits import ContactMethod
from app.engagement.schemas import AskFirm, LogVisit, PlanRound
from app.engagement.service.asking import ask_firm
from app.engagement.service.logging_visits import log_visit
from app.engagement.service.planning import plan_round
from app.enterprises.models import Enterprise
from app.files.vault import Vault
from app.kit.actor import Actor
from app.kit.clock import today

CERTIFICATION, SMALL_FIRMS, CULTIVATION = "high-tech-enterprise", "technology-sme", "technical-upgrade-cultivation"
#: The other programmes, one case each, so many steps on.
OTHERS = {
    "joint-innovation-centre": 5,
    "city-conversion-project": 2,
    "core-technology-project": 1,
    "public-benefit-project": 2,
    "key-laboratory-reserve": 2,
    "new-research-institute": 1,
    "maker-space": 2,
    "star-maker-space": 2,
    "rural-demonstration-base": 1,
}
MONTH = timedelta(days=30)
OTHERS_AGE = timedelta(days=3 * 365)


def own_firm(session: Session) -> Enterprise:
    """The firm whose portal user the demo has."""
    return session.scalars(select(Enterprise).where(Enterprise.uscc == fictional_code(SHOWN))).one()


def firms_without_cases(session: Session, number: int, on: date) -> list[Enterprise]:
    """The first fictional firms of a technical field, some years old, that no programme leads yet."""
    led = exists().where(CaseFile.enterprise_id == Enterprise.id)
    stands = (Enterprise.field_code != "", Enterprise.registered_on <= on - OTHERS_AGE)
    others = select(Enterprise).where(~led, *stands, Enterprise.uscc != fictional_code(SHOWN))
    return list(session.scalars(others.order_by(Enterprise.id).limit(number)))


def officer_named(session: Session, login: str) -> Actor:
    """One of the demo's officers."""
    return actor_of(session.scalars(select(Officer).where(Officer.login == login)).one())


def play_own_firm(session: Session, vault: Vault, enterprise: Enterprise, firm: Actor, now: datetime) -> None:
    """The firm with the portal user: a case to correct, a year of cultivation, three that are finished, one of them rated."""
    desk = CaseHandlers(session, vault, officer_named(session, "wang"), officer_named(session, "zhou"), firm)
    rated = Handled(desk, enterprise, SMALL_FIRMS, now - 26 * MONTH, now).lead()
    grade = RateService(grade=2, items=["efficiency"], remark="办理时间偏长（示例）")
    rate_service(session, actor=firm, now=now, number=rated.number, command=grade)
    Handled(desk, enterprise, SMALL_FIRMS, now - 14 * MONTH, now).lead()
    Handled(desk, enterprise, CERTIFICATION, now - SHOWN_CERTIFIED - 2 * MONTH, now).lead()
    Handled(desk, enterprise, CULTIVATION, now - 9 * MONTH, now).lead("cultivation")
    keep_duties_up(desk, enterprise, now)
    case = Handled(desk, enterprise, CERTIFICATION, now - 2 * MONTH, now)
    case.lead("review")
    _oversee(desk, case)
    case.take("return", reason="两项材料要补正（示例）", corrections=_corrections(case.now))
    items = select(CorrectionItem).where(CorrectionItem.case_id == case.row.id, CorrectionItem.kind == "question")
    item = session.scalars(items).one()
    reported = AnswerCorrection(version=item.version, answer="已改为全称（示例）")
    answer_correction(session, actor=firm, now=now, number=case.row.number, item_id=item.id, command=reported)


def _corrections(now: datetime) -> AskCorrections:
    items = [
        CorrectionAsked(kind="material", code="tax-return", remark="缺附表，请补齐后重新上传（示例）"),
        CorrectionAsked(kind="question", code="tax_authority", remark="请写税务机关全称（示例）"),
    ]
    return AskCorrections(items=items, due_on=today(now) + timedelta(days=14))


def _oversee(desk: CaseHandlers, case: Handled) -> None:
    """Departments are asked, one has answered; the section head wants it done; somebody has called."""
    session, number, now = desk.session, case.row.number, case.now
    shown = list(session.scalars(select(CaseMaterial.document_id).where(CaseMaterial.case_id == case.row.id).limit(2)))
    for question in ("研发费用与纳税申报是否一致（示例）", "是否查账征收（示例）"):
        asked = AskOpinions(departments=["tax"], question=question, shown=shown, days=10)
        rows = ask_opinions(session, actor=desk.officer, now=now, number=number, command=asked)
        if "征收" not in question:
            _answered(session, rows[0], now)
    wish = Supervise(request="请于本周内提出审查意见（示例）", due_on=today(now) + timedelta(days=5))
    supervise(session, actor=desk.head, now=now, number=number, command=wish)
    call = LogVisit(
        manner=ContactMethod.CALL,
        text="电话提醒补齐研发活动说明（示例）",
        people="张（示例）",
        case_number=number,
        call_back_on=today(now) + timedelta(days=3),
    )
    log_visit(session, actor=desk.officer, now=now, enterprise=case.row.enterprise, given=call)
    wanted = AskFirm(kind=RequestKind.OTHER, title="车间照片（示例）", due_on=today(now) + timedelta(days=7))
    ask_firm(session, actor=desk.officer, now=now, enterprise=case.row.enterprise, given=wanted)


def _answered(session: Session, row: Opinion, now: datetime) -> None:
    command = AnswerOpinion.model_validate({"version": row.version, "outcome": "agree", "answer": "一致（示例）"})
    answer_opinion(session, actor=officer_named(session, "shui"), now=now, opinion_id=row.id, command=command)


def play_others(session: Session, vault: Vault, firms: list[Enterprise], now: datetime) -> None:
    """A case of every other programme under way, and a round of visits to their firms."""
    officer = officer_named(session, "li")
    desk = CaseHandlers(session, vault, officer, officer_named(session, "zhou"), officer)
    for (programme, steps), enterprise in zip(OTHERS.items(), firms, strict=False):
        Handled(desk, enterprise, programme, now - 2 * MONTH, now).lead(steps=steps)
    plan = PlanRound(title="项目单位走访（示例）", starts_on=today(now) + timedelta(days=1), days=2, per_day=3)
    plan_round(session, actor=officer, now=now, firms=firms[:5], given=plan)
