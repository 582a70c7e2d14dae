"""What casework tells: to whom, in whose words, once; what a day brings; what is taken back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from app.cases.duties.models import CaseDuty
from app.cases.models import CaseClock, CaseFile, Milestone
from app.cases.opinions.schemas import AskOpinions, SteerOpinion
from app.cases.opinions.service import ask_opinions, remind_department
from app.cases.oversight.schemas import AnswerSupervision, RateService, Supervise
from app.cases.oversight.service.rating import rate_service
from app.cases.oversight.service.supervising import answer_supervision, supervise
from app.cases.schemas import AssignOfficer, TakeBackStep
from app.cases.service.assigning import assign_officer
from app.cases.service.undoing import take_back_step
from app.cases.supply.models import CorrectionItem
from app.cases.supply.schemas import AnswerCorrection, AskCorrections, CorrectionAsked
from app.cases.supply.service.corrections import answer_correction, ask_corrections
from app.engagement.schemas import AskFirm
from app.engagement.service.asking import ask_firm
from app.enterprises.models import Certificate
from app.kit import db
from app.kit.actor import Actor
from app.kit.db import Database
from app.kit.i18n import merged_catalogue
from app.kit.periods import months_later
from app.notices.sources import sources_of
from tests.factories.cases import firm, led_to, opened, step
from tests.support import people
from tests.support.house import HOUSE
from tests.support.notices import notices_of, notifier

pytestmark = pytest.mark.usefixtures("session")


class Scene:
    """A case with its officer, its section head, its firm's person."""

    def __init__(self, session: Session, database: Database, now: datetime, stage: str = "") -> None:
        self.session, self.database, self.now = session, database, now
        self.officer = people.officer(session)
        self.head = people.officer(session, role="section_head")
        self.firm = firm(session)
        self.person = people.enterprise_user(session, enterprise_id=self.firm.id)
        given = {"enterprise": self.firm, "officer_id": self.officer.id}
        if stage:
            self.case = led_to(session, self.head, now, stage, **given)
        else:
            self.case = opened(session, self.officer, now, **given).row
        self.tell()
        self._seen = {actor: len(notices_of(database, actor)) for actor in (self.officer, self.head, self.person)}

    def tell(self) -> None:
        db.commit(self.session)
        notifier(self.database, self.now).follow()

    def new(self, actor: Actor) -> list[tuple[str, str]]:
        """Topic and title of what the account was told since the scene was set."""
        self.tell()
        found = notices_of(self.database, actor)[self._seen.get(actor, 0) :]
        return [(one.topic, one.title_zh) for one in found]


@pytest.fixture
def scene(session: Session, database: Database, now: datetime) -> Scene:
    return Scene(session, database, now)


def test_a_step_is_told_to_the_firm_in_public_words(scene: Scene) -> None:
    step(scene.session, scene.officer, scene.now, scene.case, "confirm-intent")
    (told,) = [one for one in scene.new(scene.person) if one[0] == "case-step"]
    assert "高新技术企业认定" in told[1]
    (notice,) = [one for one in notices_of(scene.database, scene.person) if one.topic == "case-step"][-1:]
    assert notice.path == f"/portal/cases/{scene.case.number}"
    assert scene.case.number in notice.body_zh
    assert scene.case.number in notice.body_en
    assert notice.body_en != notice.body_zh
    assert not [one for one in scene.new(scene.officer) if one[0] == "case-step"]  # did it


def test_following_again_tells_nothing_again(scene: Scene) -> None:
    step(scene.session, scene.officer, scene.now, scene.case, "confirm-intent")
    first = scene.new(scene.person)
    assert scene.new(scene.person) == first


def test_a_step_taken_back_says_that_the_earlier_notice_does_not_hold(scene: Scene) -> None:
    case = step(scene.session, scene.officer, scene.now, scene.case, "confirm-intent")
    take_back_step(
        scene.session,
        actor=scene.officer,
        now=scene.now,
        number=case.number,
        command=TakeBackStep(version=case.version),
    )
    topics = [topic for topic, _title in scene.new(scene.person)]
    assert topics == ["case-step", "case-step-taken-back"]
    assert "不再有效" in notices_of(scene.database, scene.person)[-1].body_zh
    assert "no longer" in notices_of(scene.database, scene.person)[-1].body_en


def test_what_is_asked_without_a_day_says_so(scene: Scene) -> None:
    command = AskCorrections(items=[CorrectionAsked(kind="other", remark="合同缺盖章")])
    ask_corrections(scene.session, actor=scene.officer, now=scene.now, number=scene.case.number, command=command)
    assert [topic for topic, _title in scene.new(scene.person)] == ["case-sent-back"]
    assert notices_of(scene.database, scene.person)[-1].body_zh.endswith("期限：不限")


def test_corrections_go_to_the_firm_item_by_item_and_its_answers_to_the_officer(scene: Scene) -> None:
    items = [CorrectionAsked(kind="other", remark="合同缺盖章"), CorrectionAsked(kind="other", remark="人数与社保不符")]
    command = AskCorrections(items=items, due_on=date(2021, 7, 9))
    rows = ask_corrections(scene.session, actor=scene.officer, now=scene.now, number=scene.case.number, command=command)
    assert [topic for topic, _title in scene.new(scene.person)] == ["case-sent-back"]
    body = notices_of(scene.database, scene.person)[-1].body_zh
    assert "1. 合同缺盖章" in body
    assert "2. 人数与社保不符" in body
    assert "2021-07-09" in body
    answer = AnswerCorrection(answer="已补章", version=rows[0].version)
    answer_correction(
        scene.session, actor=scene.person, now=scene.now, number=scene.case.number, item_id=rows[0].id, command=answer
    )
    assert [topic for topic, _title in scene.new(scene.officer)] == ["correction-answered"]


def test_a_hand_over_is_told_to_the_new_officer(scene: Scene) -> None:
    other = people.officer(scene.session)
    command = AssignOfficer(officer_id=other.id, version=scene.case.version)
    assign_officer(scene.session, actor=scene.head, now=scene.now, number=scene.case.number, command=command)
    (told,) = scene.new(other)
    assert told[0] == "case-assigned"
    assert scene.firm.name in told[1]


def test_a_department_hears_its_question_and_each_reminder(scene: Scene) -> None:
    tax = people.department(scene.session, "tax")
    elsewhere = people.department(scene.session, "finance")
    command = AskOpinions(departments=["tax"], question="有无税收违法", days=5)
    (row,) = ask_opinions(scene.session, actor=scene.officer, now=scene.now, number=scene.case.number, command=command)
    scene.tell()
    remind_department(
        scene.session,
        actor=scene.officer,
        now=scene.now + timedelta(days=1),
        number=scene.case.number,
        opinion_id=row.id,
        command=SteerOpinion(version=row.version),
    )
    scene.tell()
    told = notices_of(scene.database, tax)
    assert [one.topic for one in told] == ["opinion-asked", "opinion-asked"]
    assert told[0].path == f"/department/{row.id}"
    assert "第 1 次催办" in told[1].body_zh
    assert "催办" not in told[0].body_zh
    assert not notices_of(scene.database, elsewhere)


def test_supervision_goes_to_the_officer_and_its_answer_back(scene: Scene) -> None:
    ask = Supervise(request="请说明进度", due_on=date(2021, 7, 9))
    row = supervise(scene.session, actor=scene.head, now=scene.now, number=scene.case.number, command=ask)
    assert [topic for topic, _title in scene.new(scene.officer)] == ["supervision-asked"]
    answer_supervision(
        scene.session,
        actor=scene.officer,
        now=scene.now,
        number=scene.case.number,
        supervision_id=row.id,
        command=AnswerSupervision(answer="已约企业", version=row.version),
    )
    assert [topic for topic, _title in scene.new(scene.head)] == ["supervision-answered"]


def test_the_section_head_hears_that_an_approval_is_wanted(session: Session, database: Database, now: datetime) -> None:
    scene = Scene(session, database, now, "filing")
    step(session, scene.officer, now, scene.case, "submit")
    told = [title for topic, title in scene.new(scene.head) if topic == "approval-wanted"]
    assert len(told) == 1
    assert scene.firm.name in told[0]
    elsewhere = people.officer(session, role="section_head", region="429004")
    scene.tell()
    assert not notices_of(database, elsewhere)


@pytest.mark.parametrize(("grade", "expected"), [(1, ["rated-badly"]), (3, []), (5, [])])
def test_a_bad_rating_is_told_and_a_good_one_is_not(
    session: Session, database: Database, now: datetime, grade: int, expected: list[str]
) -> None:
    scene = Scene(session, database, now, "certified")
    command = RateService(grade=grade, remark="跑了三次")
    rate_service(session, actor=scene.person, now=now, number=scene.case.number, command=command)
    assert [topic for topic, _title in scene.new(scene.head)] == expected
    assert [topic for topic, _title in scene.new(scene.officer)] == expected


def test_a_request_leads_the_firm_to_its_page_and_is_told_again_before_its_day(scene: Scene) -> None:
    due = date(2021, 8, 20)
    given = AskFirm(department="tax", kind="other", title="研发加计扣除说明（示例）", message="请说明口径", due_on=due)
    row = ask_firm(scene.session, actor=scene.officer, now=scene.now, enterprise=scene.firm, given=given)
    assert [topic for topic, _title in scene.new(scene.person)] == ["firm-request"]
    assert notices_of(scene.database, scene.person)[-1].path == f"/portal/requests/{row.id}"
    week = due - timedelta(days=7)
    assert days_told(scene, "firm-request-near", week - timedelta(days=1), 3, scene.person) == [week]


# -- the day -------------------------------------------------------------------------------------------------------------


def days_told(scene: Scene, topic: str, first: date, days: int, actor: Actor) -> list[date]:
    """On which of the days the account was told of the topic."""
    found = []
    for day in (first + timedelta(days=n) for n in range(days)):
        before = len(notices_of(scene.database, actor))
        at = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
        for _twice in range(2):
            notifier(scene.database, at).tell_day()
        new = notices_of(scene.database, actor)[before:]
        found += [day for one in new if one.topic == topic]
    return found


def test_a_milestone_is_told_a_week_and_a_day_before_even_if_a_day_was_missed(scene: Scene) -> None:
    due = date(2021, 8, 20)
    scene.session.add(milestone(scene.case, due))
    db.commit(scene.session)
    week, last = due - timedelta(days=7), due - timedelta(days=1)
    assert days_told(scene, "milestone-near", due - timedelta(days=9), 12, scene.officer) == [week, last]
    scene.session.add(milestone(scene.case, due, 2))
    db.commit(scene.session)
    assert days_told(scene, "milestone-near", due - timedelta(days=3), 1, scene.officer) == [due - timedelta(days=3)]


def test_a_postponed_milestone_is_told_anew_and_a_done_one_is_not(scene: Scene) -> None:
    row = milestone(scene.case, date(2021, 8, 20))
    done = milestone(scene.case, date(2021, 8, 20), 2)
    done.done_on = date(2021, 8, 1)
    scene.session.add_all([row, done])
    db.commit(scene.session)
    assert len(days_told(scene, "milestone-near", date(2021, 8, 13), 1, scene.officer)) == 1
    row.due_on = date(2021, 8, 25)
    db.commit(scene.session)
    assert days_told(scene, "milestone-near", date(2021, 8, 14), 6, scene.officer) == [date(2021, 8, 18)]


def milestone(case: CaseFile, due: date, ordinal: int = 1) -> Milestone:
    return Milestone(
        case_id=case.id,
        code="told-of",
        ordinal=ordinal,
        title_zh="提交材料",
        title_en="Hand in",
        planned_on=due,
        due_on=due,
        note="",
        version=1,
    )


def test_a_running_clock_is_told_and_a_stopped_one_is_not(scene: Scene) -> None:
    due = date(2021, 8, 20)
    for ordinal, since in ((1, date(2021, 8, 1)), (2, None)):
        scene.session.add(
            CaseClock(
                case_id=scene.case.id,
                code="told-of",
                ordinal=ordinal,
                working_days=15,
                started_on=date(2021, 8, 1),
                running_since=since,
                due_on=due if since else None,
            )
        )
    db.commit(scene.session)
    assert len(days_told(scene, "clock-running-out", due, 1, scene.officer)) == 1
    assert days_told(scene, "clock-run-out", due, 4, scene.head) == [due + timedelta(days=1)]


def test_a_duty_of_the_firm_is_told_before_and_once_after_its_day(scene: Scene) -> None:
    due = date(2021, 8, 20)
    duty = CaseDuty(
        case_id=scene.case.id,
        code="told-of",
        period="2021",
        by="enterprise",
        title_zh="年度报表",
        title_en="Yearly report",
        opens_on=date(2021, 1, 1),
        due_on=due,
    )
    scene.session.add(duty)
    db.commit(scene.session)
    assert len(days_told(scene, "duty-due", due, 1, scene.person)) == 1
    assert days_told(scene, "duty-missed", due, 12, scene.person) == [due + timedelta(days=1)]


def test_an_item_to_correct_is_told_to_the_firm_until_it_answers(scene: Scene) -> None:
    item = CorrectionItem(
        case_id=scene.case.id,
        round=1,
        kind="other",
        remark="缺章",
        due_on=date(2021, 8, 20),
        asked_by="李晓",
        asked_at=scene.now,
    )
    scene.session.add(item)
    db.commit(scene.session)
    assert days_told(scene, "correction-near", date(2021, 8, 13), 3, scene.person) == [date(2021, 8, 13)]
    item.answered_at = scene.now
    db.commit(scene.session)
    assert days_told(scene, "correction-near", date(2021, 8, 19), 1, scene.person) == []


def test_a_certificate_is_told_twelve_six_and_three_months_before_its_end(scene: Scene) -> None:
    ends = date(2024, 2, 29)
    given = {"enterprise_id": scene.firm.id, "kind": "high-tech-enterprise", "issued_on": date(2021, 2, 28)}
    scene.session.add(Certificate(number="GR202142009901", expires_on=ends, **given))
    db.commit(scene.session)
    days = [months_later(ends, -months) for months in (12, 6, 3)]
    for day in days:
        around = days_told(scene, "certificate-ending", day - timedelta(days=1), 3, scene.person)
        assert around == [day], day
    scene.session.add(Certificate(number="GR202442009901", expires_on=date(2027, 2, 28), **given))
    db.commit(scene.session)
    assert days_told(scene, "certificate-ending", date(2024, 1, 1), 1, scene.person) == []  # renewed


def test_an_unanswered_opinion_is_told_to_both_sides_once_its_day_has_passed(scene: Scene) -> None:
    tax = people.department(scene.session, "tax")
    command = AskOpinions(departments=["tax"], question="有无税收违法", days=5)
    (row,) = ask_opinions(scene.session, actor=scene.officer, now=scene.now, number=scene.case.number, command=command)
    db.commit(scene.session)
    assert row.due_on is not None
    after = row.due_on + timedelta(days=1)
    assert days_told(scene, "opinion-overdue", row.due_on, 4, tax) == [after]
    assert [one.topic for one in notices_of(scene.database, scene.officer)].count("opinion-overdue") == 1


def test_every_topic_reads_in_both_languages() -> None:
    english = merged_catalogue("en")
    texts = [text for topic in sources_of(HOUSE).topics for text in topic.texts.values()]
    messages = [topic.label for topic in sources_of(HOUSE).topics]
    messages += [message for text in texts for message in (text.title, text.body)]
    chinese = [one for one in messages if any("\u4e00" <= char <= "\u9fff" for char in one)]
    assert chinese
    assert [one for one in chinese if not english.get(one)] == []
