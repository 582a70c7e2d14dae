"""A case led to its certificate over HTTP by everybody who has a part in it; it can be taken up again at any point.

Each move says how it shows in the database that it was made: a client whose connection broke looks, as a person would, and
makes it again only where it was not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from httpx2 import Client
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.cases.models import Approval, CaseFile, StageEntry
from app.cases.opinions.models import Opinion
from app.cases.supply.models import CaseAnswer, CaseMaterial, CorrectionItem
from app.doors.requests.deps import SESSION_COOKIE
from app.kit.actor import SYSTEM, Actor
from app.kit.clock import today
from app.kit.db import Database, read_scope, session_scope
from tests.factories.cases import firm, opened
from tests.factories.supplies import supply
from tests.journeys.moves import PDF
from tests.support import people
from tests.support.forms import form_to

ACTIONS = (
    "open",
    "confirm-intent",
    "start-preparation",
    "start-filing",
    "submit",
    "return",
    "resubmit",
    "recommend",
    "to-joint-review",
    "to-experts",
    "to-publicity",
    "file",
    "certify",
)


@dataclass(frozen=True)
class Move:
    """What one of them does: the form's page and address, what is filled in, a file; and how one sees that it was done."""

    who: str
    page: str
    to: str
    done: ColumnElement[bool]
    values: dict[str, str]
    file: tuple[str, str] | None = None


class LedCase:
    """A new case with the sessions of its caseworker, section head, department and firm."""

    def __init__(self, database: Database, now: datetime, serial: int) -> None:
        self._database, self._now, self._serial = database, now, serial
        with session_scope(database) as session:
            head = people.officer(session, role="section_head")
            where = firm(session, uscc=f"91429099KILL{serial:06d}")
            case = opened(session, head, now, where, year=today(now).year).row
            self.id, self.number = case.id, case.number
            self.people: dict[str, Actor] = {
                "officer": people.officer(session),
                "head": head,
                "tax": people.department(session, "tax"),
                "firm": people.enterprise_user(session, enterprise_id=where.id),
            }
            case.officer_id = self.people["officer"].id
            self._cookies = {name: people.open_session(session, actor) for name, actor in self.people.items()}

    def lead(self, url: str) -> None:
        """Make every move that was not made yet, on the server at `url`; raises when the connection breaks."""
        clients = {name: self._client(url, cookie) for name, cookie in self._cookies.items()}
        try:
            for make in self._moves():
                move = make()
                if not self._is_done(move):
                    self._make(clients[move.who], move)
                    assert self._is_done(move), f"{move.to} was not done"
        finally:
            for client in clients.values():
                client.close()

    def _client(self, url: str, cookie: str) -> Client:
        return Client(base_url=url, cookies={SESSION_COOKIE: cookie}, follow_redirects=True, timeout=30)

    def _make(self, client: Client, move: Move) -> None:
        form = form_to(client.get(move.page).text, move.to)
        data: dict[str, Any] = {**form.fields, **move.values}
        files = {move.file[0]: (move.file[1], PDF + move.file[1].encode(), "application/pdf")} if move.file else None
        answer = client.post(form.action or move.page, data=data, files=files)
        assert answer.status_code == 200, (move.to, answer.status_code)

    def _is_done(self, move: Move) -> bool:
        with read_scope(self._database) as session:
            return bool(session.scalar(select(move.done)))

    def _supply(self, action: str) -> None:
        with session_scope(self._database) as session:
            supply(session, SYSTEM, self._now, session.get_one(CaseFile, self.id), action)

    def _moves(self) -> list[Callable[[], Move]]:
        steps = {action: self._step(action) for action in ACTIONS}
        return [
            *(steps[action] for action in ("confirm-intent", "start-preparation")),
            self._upload,
            steps["start-filing"],
            self._answer,
            self._hand_in("submit"),
            steps["return"],
            self._correct,
            self._hand_in("resubmit"),
            self._settle,
            self._ask,
            self._tell,
            self._approve,
            *(steps[action] for action in ACTIONS[7:]),
        ]

    def _step(self, action: str) -> Callable[[], Move]:
        values = {"reason": "请补齐附表"} if action == "return" else {}
        if action == "certify":
            number = f"GR{today(self._now).year}42{self._serial:06d}"
            values = {"v_certificate_number": number, "v_issued_on": today(self._now).isoformat()}
        page = f"/cases/{self.number}/steps/{action}"

        def make() -> Move:
            if action == "recommend":
                self._supply(action)
            return Move("officer", page, page, self._entered(action), values)

        return make

    def _hand_in(self, action: str) -> Callable[[], Move]:
        page = f"/portal/cases/{self.number}/steps/{action}"

        def make() -> Move:
            self._supply(action)
            return Move("firm", page, page, self._entered(action), {})

        return make

    def _entered(self, action: str) -> ColumnElement[bool]:
        return select(StageEntry.id).where(StageEntry.case_id == self.id, StageEntry.action == action).exists()

    def _upload(self) -> Move:
        page = f"/portal/cases/{self.number}/materials/business-licence"
        done = select(CaseMaterial.id).where(
            CaseMaterial.case_id == self.id, CaseMaterial.material == "business-licence"
        )
        return Move("firm", page, f"{page}/upload", done.exists(), {}, ("files", "营业执照.pdf"))

    def _answer(self) -> Move:
        page = f"/cases/{self.number}/questions"
        done = select(CaseAnswer.id).where(CaseAnswer.case_id == self.id, CaseAnswer.question == "tax_authority")
        return Move("officer", page, page, done.exists(), {"q_tax_authority": "潜江市税务局"})

    def _item(self) -> CorrectionItem:
        with read_scope(self._database) as session:
            return session.scalars(select(CorrectionItem).where(CorrectionItem.case_id == self.id)).one()

    def _correct(self) -> Move:
        page = f"/portal/cases/{self.number}/corrections/{self._item().id}"
        done = select(CorrectionItem.id).where(CorrectionItem.case_id == self.id, CorrectionItem.answer != "")
        return Move("firm", page, page, done.exists(), {"answer": "已补齐附表"})

    def _settle(self) -> Move:
        page = f"/cases/{self.number}"
        done = select(CorrectionItem.id).where(
            CorrectionItem.case_id == self.id, CorrectionItem.settled_on.is_not(None)
        )
        return Move("officer", page, f"{page}/corrections/{self._item().id}/settle", done.exists(), {})

    def _ask(self) -> Move:
        page = f"/cases/{self.number}/opinions"
        done = select(Opinion.id).where(Opinion.case_id == self.id)
        return Move("officer", f"{page}?department=tax", page, done.exists(), {"departments": "tax"})

    def _tell(self) -> Move:
        with read_scope(self._database) as session:
            asked = session.scalars(select(Opinion.id).where(Opinion.case_id == self.id)).one()
        page = f"/department/{asked}"
        done = select(Opinion.id).where(Opinion.case_id == self.id, Opinion.outcome != "")
        values = {"outcome": "agree", "answer": "无异议"}
        return Move("tax", page, page, done.exists(), values, ("document", "书面意见.pdf"))

    def _approve(self) -> Move:
        page = f"/cases/{self.number}/approvals/recommend"
        done = select(Approval.id).where(Approval.case_id == self.id)
        return Move("head", page, page, done.exists(), {"note": "同意"})


def actions_of(session: Session, case_id: int) -> tuple[str, ...]:
    """The steps by which the case came through its stages."""
    entries = select(StageEntry.action).where(StageEntry.case_id == case_id).order_by(StageEntry.ordinal)
    return tuple(session.scalars(entries))
