"""Each thing to do offers what its reader can do about it, on the page where it is done; what nobody here can do is only looked at."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from app.accounts.models import MachineClient
from app.accounts.models import Officer as OfficerRow
from app.cases.duties.models import CaseDuty
from app.cases.models import CaseClock, CaseFile, Milestone
from app.cases.opinions.models import Opinion
from app.cases.oversight.models import ServiceRating, Supervision
from app.cases.supply.models import CaseAnswer, CaseMaterial, CorrectionItem
from app.doors.requests.deps import SESSION_COOKIE
from app.engagement.models import FirmRequest, Visit
from app.enterprises.models import Certificate
from app.exchange.handovers.domain import ItemState
from app.exchange.todo import FAILURES_TO_TELL
from app.files.models import Document, StoredFile
from app.kit.actor import Actor
from app.kit.clock import today, utc_now
from app.kit.lists.viewer import Viewer
from app.policies.models import FactStatement
from app.web.desk.tasks import LIST, OFFICE, load_tasks
from app.web.shared.todo_lines import TODO_KINDS, TodoWords
from tests.exchange.test_todo import handed_over
from tests.factories import partners
from tests.factories.cases import firm, led_to, opened
from tests.support import people
from tests.support.client import Client
from tests.support.forms import forms_of
from tests.support.house import HOUSE

NOW = utc_now()
ON = today(NOW)
FIRM_BY: dict[str, Any] = {"by_kind": "enterprise", "by_id": 1, "by_name": "王敏（示例）"}
ROLES = ("caseworker", "section_head", "leader", "administrator")

#: Where each kind's action is done: the address of the form that has to stand where the button leads.
DONE_AT = {
    "approval": r"/approvals/[\w-]+$",
    "clock": r"/steps/[\w-]+$|/milestones/\d+",
    "step": r"/steps/[\w-]+$|/milestones/\d+|/opinions$",
    "correction_answered": r"/corrections/\d+/settle$",
    "materials": r"/materials/\d+/accept$",
    "call_back": r"/enterprises/\w+/visits$",
    "silent_firm": r"/requests/\d+/settle$",
    "opinion_late": r"/opinions/\d+/remind$",
    "milestone": r"/milestones/\d+",
    "own_duty": r"/duties/\d+/done$",
    "certificate": r"/cases/new$",
    "supervision": r"/supervisions/\d+/answer$",
    "supervision_answered": r"/supervisions/\d+/close$",
    "bad_rating": r"/desk/ratings/[\w-]+$",
    "left_behind": r"/cases/bulk/preview$",
    "unled": r"/cases/[\w-]+/officer$",
    "unplaced": r"/enterprises/unplaced/place$",
    "certificate_ending": r"/partners/[\w-]+/certificate$",
}
#: What is only looked at: somebody else's turn, or nothing that a single form would settle.
LOOKED_AT = {
    "answers", "opinion_answered", "duty_reported", "self_check", "correction_late", "firms_duty", "document",
    "record_refused", "records_parked", "partner_away", "secret_ending",
}  # fmt: skip


class World:
    """Something of every kind to do, all of it with one caseworker."""

    def __init__(self, session: Session) -> None:
        self.session = session
        everywhere = {"administrator": {"region": ""}}
        self.people = {role: people.officer(session, role=role, **everywhere.get(role, {})) for role in ROLES}
        self.caseworker, self.head = self.people["caseworker"], self.people["section_head"]
        self.deciding()
        self.handed_in()
        self.contacts()
        self.reminding()
        self.overseen()
        self.exchange()

    def add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def case(self, stage: str = "preparation") -> CaseFile:
        """A case of its own that stands in `stage` and has no other day near."""
        case = opened(self.session, self.caseworker, NOW, year=ON.year).row
        case.stage, case.stage_entered_on, case.officer_id = stage, ON - timedelta(days=9), self.caseworker.id
        case.next_due_on = None
        self.session.flush()
        return case

    def deciding(self) -> None:
        opened(self.session, self.caseworker, NOW, year=ON.year)
        led_to(self.session, self.head, NOW, "review", year=ON.year)
        late = opened(self.session, self.caseworker, NOW, year=ON.year).row
        self.add(CaseClock(case_id=late.id, code="review", started_on=ON, due_on=ON + timedelta(days=3)))

    def handed_in(self) -> None:
        self.add(self.material(self.document(), self.case("review"), "supplied"))
        self.correction(answered_at=NOW, answered_by="王敏（示例）")
        self.correction(due_on=ON - timedelta(days=1))
        case = opened(self.session, self.caseworker, NOW, year=ON.year).row
        self.add(
            CaseAnswer(case_id=case.id, question="q", value="1", draft=False, at=NOW + timedelta(hours=1), **FIRM_BY)
        )
        told = {
            "stated_on": ON,
            "source": "自查",
            "actor_kind": "enterprise",
            "actor_id": 1,
            "actor_name": "王敏（示例）",
        }
        self.add(
            FactStatement(enterprise_id=case.enterprise_id, fact_code="ip_class1", value=2, created_at=NOW, **told)
        )

    def document(self, valid_until: date | None = None) -> Document:
        enterprise = firm(self.session)
        file = StoredFile(sha256="0" * 64, size=9, kind="pdf", name="a.pdf", at=NOW, **FIRM_BY)
        return self.add(
            Document(
                enterprise_id=enterprise.id, kind="business-licence", title="营业执照", file_id=self.add(file).id,
                valid_until=valid_until, added_at=NOW, **FIRM_BY,
            )
        )  # fmt: skip

    def material(self, document: Document, case: CaseFile, state: str) -> CaseMaterial:
        document.enterprise_id = case.enterprise_id
        return CaseMaterial(
            case_id=case.id, material="business-licence", document_id=document.id, state=state, at=NOW, **FIRM_BY
        )

    def correction(self, **given: Any) -> None:
        case = self.case("preparation")
        asked = {"kind": "other", "remark": "重新盖章", "asked_by": "李（示例）", "asked_at": NOW}
        self.add(CorrectionItem(case_id=case.id, round=1, **asked, **given))

    def contacts(self) -> None:
        for number in range(2):
            case = self.case()
            given = {
                "asked_by_name": "李（示例）",
                "question": "有无欠税？",
                "asked_at": NOW,
                "due_on": ON - timedelta(days=1),
            }
            answered = {"outcome": "agree", "answered_at": NOW + timedelta(minutes=1)} if number else {}
            self.add(Opinion(case_id=case.id, department="tax", **given, **answered))
        self.add(
            Visit(
                enterprise_id=case.enterprise_id, officer_id=self.caseworker.id, officer_name="李（示例）",
                manner="call", happened_on=ON, text="再问审计报告", call_back_on=ON, created_at=NOW,
            )
        )  # fmt: skip
        self.add(
            FirmRequest(
                enterprise_id=case.enterprise_id, department="science", kind="other", what="", title="补交合同",
                asked_by=self.caseworker.id, asked_by_name="李（示例）", asked_on=ON, asked_at=NOW,
                due_on=ON - timedelta(days=1),
            )
        )  # fmt: skip

    def reminding(self) -> None:
        near = self.case()
        near.next_due_on = ON + timedelta(days=3)
        told = {"code": "filing", "title_zh": "网上申报", "title_en": "Filing", "planned_on": ON}
        self.add(Milestone(case_id=near.id, due_on=near.next_due_on, **told))
        for by, given in (("enterprise", {}), ("bureau", {}), ("enterprise", {"done_on": ON, "done_at": NOW})):
            about = {"code": "annual-report", "period": "2021", "title_zh": "年度报表", "title_en": "Annual report"}
            opens = {"opens_on": ON - timedelta(days=90), "due_on": ON - timedelta(days=30)}
            case = self.case("certified")
            case.state, case.closed_on = "finished", ON
            self.add(CaseDuty(case_id=case.id, by=by, **about, **opens, **given))
        held = {"kind": "high-tech-enterprise", "number": "GR201942000001", "issued_on": ON - timedelta(days=1000)}
        self.add(Certificate(enterprise_id=firm(self.session).id, expires_on=ON + timedelta(days=80), **held))
        self.add(self.material(self.document(ON + timedelta(days=9)), self.case(), "accepted"))

    def overseen(self) -> None:
        for answered in (None, NOW):
            self.add(
                Supervision(
                    case_id=self.case().id, officer_id=self.caseworker.id, request="尽快", asked_by=self.head.id,
                    asked_by_name=self.head.name, asked_at=NOW, due_on=ON, answered_at=answered,
                )
            )  # fmt: skip
        self.add(ServiceRating(case_id=self.case().id, grade=2, by_name="王敏（示例）", at=NOW))
        firm(self.session, region="")
        gone = people.officer(self.session)
        self.session.get_one(OfficerRow, gone.id).disabled_on = ON
        self.case().officer_id = gone.id
        self.case().officer_id = None

    def exchange(self) -> None:
        partner = partners.partner(self.session)
        partner.failures, partner.scheme, partner.certificate_until = FAILURES_TO_TELL, "sm2", NOW + timedelta(days=20)
        case = self.case()
        whose = {"key": case.number, "row_id": case.id, "enterprise_id": case.enterprise_id, "reason": "不一致"}
        handed_over(self.session, partner, NOW, ItemState.REJECTED, **whose)
        handed_over(self.session, partner, NOW, ItemState.PARKED, key="y")
        ends = NOW + timedelta(days=1)
        client = {"client_id": "c1", "name": "省平台（示例）", "secret_hash": "x", "scopes": "export:read"}
        self.add(MachineClient(**client, created_at=NOW, former_secret_until=ends))

    def lines(self, who: Actor) -> list[tuple[str, TodoWords]]:
        """What `who` sees to do: the kind of each and its words."""
        tasks = load_tasks(Viewer(self.session, who, today(NOW)), NOW, LIST.query(view=OFFICE), 100)
        return [(todo.provider, line.words) for todo, line in zip(tasks.list.page.items, tasks.list.lines, strict=True)]


@pytest.fixture
def world(session: Session) -> World:
    return World(session)


def controls(page: str, fragment: str) -> list[str]:
    """Where the forms of a page go: those of the box that the address points at, else all of its main part."""
    assert "<main" in page, page[:400]
    box = re.search(rf'<section[^>]* id="{fragment}".*?</section>' if fragment else "<main.*</main>", page, re.DOTALL)
    assert box, f"nothing on the page is called {fragment}"
    return [form.action for form in forms_of(box[0]) if form.method == "post"]


def test_every_kind_says_where_it_is_done_or_that_it_is_only_looked_at() -> None:
    assert sorted([*DONE_AT, *LOOKED_AT]) == sorted(kind.provider.code for kind in HOUSE.of(TODO_KINDS))


@pytest.mark.parametrize("role", ROLES)
def test_a_button_leads_to_where_it_is_done_and_every_link_to_a_page(
    client: Client, session: Session, world: World, role: str
) -> None:
    lines, wrong = world.lines(world.people[role]), []
    client.cookies.set(SESSION_COOKIE, people.open_session(session, world.people[role]))
    for kind, words in lines:
        path, _hash, fragment = words.url.partition("#")
        page = client.get(path).text if not words.fields else ""
        offered = controls(page, fragment if words.action else "") if page else [words.url]
        if words.action and not any(re.search(DONE_AT.get(kind, "never"), action or path) for action in offered):
            wrong.append(f"{kind}: {words.action} {words.url} offers {offered}")
    assert lines and not wrong, "\n".join(wrong)


def test_everybody_sees_what_concerns_them_and_nobody_is_offered_what_is_not_theirs(world: World) -> None:
    lines = {role: world.lines(world.people[role]) for role in ROLES}
    assert {kind for role in ROLES for kind, _words in lines[role]} == {*DONE_AT, *LOOKED_AT}
    done = {role: {kind for kind, words in lines[role] if words.action} for role in ROLES}
    assert set().union(*done.values()) == set(DONE_AT)
    assert done["leader"] == set()


def test_the_row_shows_a_button_only_where_something_can_be_done(
    client: Client, session: Session, world: World
) -> None:
    lines = dict(world.lines(world.caseworker))
    client.cookies.set(SESSION_COOKIE, people.open_session(session, world.caseworker))
    shown = client.get("/desk/tasks").text
    assert re.search(rf'<a href="{lines["firms_duty"].url}" aria-label="查看 [^"]+">查看</a>', shown)
    assert re.search(rf'<a class="btn[^"]*" href="{lines["own_duty"].url}"', shown)
