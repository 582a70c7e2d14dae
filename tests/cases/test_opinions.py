"""Opinions of departments: who may be asked and answer, what is refused, what the journal keeps."""

import io
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.models import Officer
from app.cases.opinions.domain import OpinionOutcome
from app.cases.opinions.lists import ASKED, DONE, AskedFilter
from app.cases.opinions.models import Opinion
from app.cases.opinions.queries import get_asked_of, list_of_case
from app.cases.opinions.schemas import AnswerOpinion, AskOpinions, SteerOpinion
from app.cases.opinions.service import answer_opinion, ask_opinions, remind_department, withdraw_opinion
from app.files.lists import DOCUMENTS, DocumentFilter
from app.files.models import Document, StoredFile
from app.files.queries import get_visible_to
from app.files.vault import Upload, Vault
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.errors import Conflict, Forbidden, Invalid, NotFound
from app.kit.lists.viewer import Viewer
from app.kit.storage.local import LocalBlobs
from tests.factories import cases
from tests.support import people

ON = date(2021, 6, 30)


@pytest.fixture
def head(session):
    return people.officer(session, role="section_head")


@pytest.fixture
def tax(session):
    return people.department(session, "tax")


@pytest.fixture
def case(session, head, now):
    return cases.opened(session, head, now).row


def ask(session, head, now, case, *departments, **given):
    command = AskOpinions(departments=list(departments or ("tax",)), **({"question": "近三年有无欠税？"} | given))
    return ask_opinions(session, actor=head, now=now, number=case.number, command=command)


def answer(session, actor, now, row, outcome=OpinionOutcome.AGREE, text="", **given):
    command = AnswerOpinion(version=row.version, outcome=outcome, answer=text)
    return answer_opinion(session, actor=actor, now=now, opinion_id=row.id, command=command, **given)


def events_of(session, case):
    wanted = select(JournalEvent).where(JournalEvent.subject_id == case.number).order_by(JournalEvent.position)
    session.flush()
    return list(session.scalars(wanted))


def test_several_are_asked_at_once_with_one_event(session, head, now, case):
    before = case.version
    rows = ask(session, head, now, case, "tax", "finance", "tax", days=5)
    assert [row.department for row in rows] == ["tax", "finance"]
    assert {row.due_on for row in rows} == {date(2021, 7, 7)}, "five working days after Wednesday 30 June"
    db.commit(session)
    told = [event for event in events_of(session, case) if event.type == "case.opinion_asked"]
    assert len(told) == 1
    assert told[0].data["note"] == "税务局、财政局：近三年有无欠税？"
    assert told[0].data["opinions"] == [row.id for row in rows]
    assert case.version == before, "a form of the case that is open meanwhile stays good"


@pytest.mark.parametrize(
    ("departments", "given", "field"),
    [
        (["science"], {}, "departments"),
        (["nobody"], {}, "departments"),
        (["tax"], {"question": "  "}, "question"),
        (["tax"], {"shown": [424242]}, "shown"),
    ],
)
def test_what_cannot_be_asked_is_refused_beside_its_field(session, head, now, case, departments, given, field):
    with pytest.raises(Invalid) as refused:
        ask(session, head, now, case, *departments, **given)
    assert field in refused.value.fields
    assert list_of_case(session, case.id) == []


def test_only_documents_of_the_firm_are_shown(session, head, now, case):
    own, foreign = document(session, case.enterprise_id, now), document(session, cases.firm(session).id, now)
    with pytest.raises(Invalid):
        ask(session, head, now, case, shown=[own.id, foreign.id])
    own.withdrawn_at = now
    session.flush()
    with pytest.raises(Invalid):
        ask(session, head, now, case, shown=[own.id])


def test_a_second_question_waits_for_the_answer_to_the_first(session, head, tax, now, case):
    row = ask(session, head, now, case)[0]
    with pytest.raises(Conflict, match="税务局"):
        ask(session, head, now, case, "finance", "tax")
    assert len(list_of_case(session, case.id)) == 1, "nobody was asked by the refused one"
    answer(session, tax, now, row)
    assert ask(session, head, now, case)[0].id != row.id


def test_a_reminder_counts_and_comes_once_a_day(session, head, now, case):
    row = ask(session, head, now, case)[0]

    def remind(at: datetime):
        command = SteerOpinion(version=row.version)
        return remind_department(session, actor=head, now=at, number=case.number, opinion_id=row.id, command=command)

    with pytest.raises(Conflict, match="今天"):
        remind(now)
    assert remind(now + timedelta(days=1)).reminders == 1
    with pytest.raises(Conflict, match="今天"):
        remind(now + timedelta(days=1, hours=1))
    assert remind(now + timedelta(days=2)).reminders == 2


def test_what_is_taken_back_is_gone_for_the_department(session, head, tax, now, case):
    row = ask(session, head, now, case)[0]
    with pytest.raises(Invalid):
        withdraw_opinion(
            session, actor=head, now=now, number=case.number, opinion_id=row.id, command=SteerOpinion(version=1)
        )
    withdraw_opinion(
        session,
        actor=head,
        now=now,
        number=case.number,
        opinion_id=row.id,
        command=SteerOpinion(version=1, reason="问错了部门"),
    )
    with pytest.raises(NotFound):
        get_asked_of(session, tax, row.id)
    with pytest.raises(Conflict, match="撤回"):
        answer(session, tax, now, row)
    assert ask(session, head, now, case), "and the department can be asked anew"


def test_the_answer_of_a_department(session, head, tax, now, case):
    row = ask(session, head, now, case)[0]
    with pytest.raises(Invalid, match="理由"):
        answer(session, tax, now, row, OpinionOutcome.OBJECT, "  ")
    answer(session, tax, now, row, OpinionOutcome.OBJECT, "欠税未清")
    assert (row.outcome, row.answered_by, row.answered_at) == ("object", tax.name, now)
    with pytest.raises(Conflict, match="已经答复"):
        answer(session, tax, now, row)
    db.commit(session)
    told = events_of(session, case)[-1]
    assert (told.type, told.actor_name, told.changes["opinion"]) == (
        "case.opinion_answered",
        tax.name,
        [None, "object"],
    )


def test_a_stale_form_answers_nothing(session, head, tax, now, case):
    row = ask(session, head, now, case)[0]
    command = SteerOpinion(version=1)
    later = now + timedelta(days=1)
    stale = AnswerOpinion(version=1, outcome=OpinionOutcome.AGREE)
    remind_department(session, actor=head, now=later, number=case.number, opinion_id=row.id, command=command)
    with pytest.raises(Conflict, match="他人改动"):
        answer_opinion(session, actor=tax, now=later, opinion_id=row.id, command=stale)


def page_asked_of(session, who, show="", cursor=None, limit=50):
    return ASKED.page(Viewer(session, who, date.max), AskedFilter(show), cursor=cursor, limit=limit)


def test_others_can_neither_see_nor_answer(session, head, now, case):
    row = ask(session, head, now, case)[0]
    finance = people.department(session, "finance")
    elsewhere = people.department(session, "tax", region="429006")
    nowhere = people.officer(session, role="department", region="")
    for stranger in (finance, elsewhere, nowhere):
        with pytest.raises(NotFound):
            get_asked_of(session, stranger, row.id)
        with pytest.raises(NotFound):
            answer(session, stranger, now, row)
        assert page_asked_of(session, stranger).items == []
    with pytest.raises(Forbidden):
        answer(session, head, now, row)
    with pytest.raises(Forbidden):
        ask(session, people.department(session, "tax"), now, case, "finance")


def test_a_closed_case_awaits_nothing(session, head, tax, now, case):
    row = ask(session, head, now, case)[0]
    cases.step(session, head, now, case, "withdraw", reason="企业放弃")
    with pytest.raises(Conflict, match="办结"):
        answer(session, tax, now, row)
    with pytest.raises(Conflict, match="办结"):
        ask(session, head, now, case, "finance")
    assert page_asked_of(session, tax).items == []
    assert [asked.id for asked, *_rest in page_asked_of(session, tax, DONE).items] == [row.id]


def test_the_list_begins_with_what_is_due_first(session, head, tax, now):
    rows = {}
    for days in (20, None, 3):
        case = cases.opened(session, head, now).row
        rows[days] = ask(session, head, now, case, **({"days": days} if days else {}))[0].id
    first = page_asked_of(session, tax, limit=2)
    rest = page_asked_of(session, tax, cursor=first.next, limit=2)
    assert [asked.id for asked, *_rest in [*first.items, *rest.items]] == [rows[3], rows[20], rows[None]]


def test_a_document_comes_with_the_answer(session, head, tax, now, case, tmp_path):
    row = ask(session, head, now, case)[0]
    vault = Vault(LocalBlobs(tmp_path / "files"))
    answer(session, tax, now, row, document=(vault, Upload(io.BytesIO(b"%PDF-1.4 opinion"), "税务意见.pdf")))
    kept = session.get(Document, row.document_id)
    assert (kept.kind, kept.title, kept.enterprise_id) == ("department-opinion", "税务意见.pdf", case.enterprise_id)
    second = ask(session, head, now, case)[0]
    with pytest.raises(Invalid):
        answer(session, tax, now, second, document=(vault, Upload(io.BytesIO(b"MZ program"), "意见.pdf")))


def test_the_firm_does_not_see_what_a_department_said_about_it(session, head, tax, now, case, tmp_path):
    row = ask(session, head, now, case)[0]
    own = document(session, case.enterprise_id, now)
    vault = Vault(LocalBlobs(tmp_path / "files"))
    answer(session, tax, now, row, document=(vault, Upload(io.BytesIO(b"%PDF-1.4 opinion"), "税务意见.pdf")))
    firm = people.enterprise_user(session, enterprise_id=case.enterprise_id)

    def listed(actor):
        wanted = DocumentFilter(enterprise_id=case.enterprise_id)
        found = DOCUMENTS.page(Viewer(session, actor, ON), wanted).items
        assert DOCUMENTS.count(Viewer(session, actor, ON), wanted).n == len(found)
        return [each.id for each in found]

    assert listed(firm) == [own.id]
    assert listed(head) == [row.document_id, own.id]
    with pytest.raises(NotFound):
        get_visible_to(session, firm, row.document_id)


def test_asking_costs_the_same_number_of_queries(session, head, now, case, count_queries):
    def cost(*departments):
        with count_queries() as sent:
            ask(session, head, now, case, *departments)
        return len([each for each in sent if not each.lstrip().upper().startswith("INSERT")])

    assert cost("tax") == cost("finance", "statistics", "market")
    assert session.scalar(select(func.count()).select_from(Opinion)) == 4


def document(session, enterprise_id, now, **given):
    stored = StoredFile(sha256="0" * 64, size=1, kind="pdf", name="a.pdf", by_kind="officer", by_name="示例", at=now)
    session.add(stored)
    session.flush()
    made = Document(
        enterprise_id=enterprise_id,
        file_id=stored.id,
        by_kind="officer",
        by_name="示例",
        added_at=now,
        **({"kind": "tax-return", "title": "纳税申报表"} | given),
    )
    session.add(made)
    session.flush()
    return made


def test_departments_are_officers_of_their_own(session, tax):
    row = session.get(Officer, tax.id)
    assert (row.role, row.department, tax.department) == ("department", "tax", "tax")
