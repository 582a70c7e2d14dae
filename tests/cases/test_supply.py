"""What is supplied to a case: materials out of the vault, answers with drafts, corrections item by item."""

import io
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.models import CaseFile
from app.cases.service.renewing import renew_supplies
from app.cases.supplies import load_supplies
from app.cases.supply.models import CaseAnswer, CaseMaterial
from app.cases.supply.queries import list_answers, list_choosable, list_corrections, list_materials, uses_of
from app.cases.supply.schemas import (
    AnswerCorrection,
    AskCorrectionAgain,
    AskCorrections,
    ChooseMaterial,
    CorrectionAsked,
    HandIn,
    ReturnMaterial,
    SaveDraft,
    UploadMaterial,
    Versioned,
)
from app.cases.supply.service.answers import hand_in_answers, save_draft
from app.cases.supply.service.corrections import answer_correction, ask_again, ask_corrections, settle_correction
from app.cases.supply.service.materials import (
    accept_material,
    choose_materials,
    remove_material,
    return_material,
    upload_material,
)
from app.files.models import Document
from app.files.schemas import DocumentInput, Withdrawal
from app.files.service.documents import put_on_file, withdraw_document
from app.files.vault import Upload, Vault
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.actor import Actor
from app.kit.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from app.kit.merges import Clashing
from app.kit.storage.local import LocalBlobs
from app.programmes.queries import get_version
from tests.factories.cases import firm, opened
from tests.files.conftest import pdf
from tests.support import people

LICENCE = {"material": "business-licence"}


class Desk:
    """One case, an officer and a person of the firm, and the vault that they use."""

    def __init__(self, session: Session, officer: Actor, now: datetime, folder: Path) -> None:
        self.session, self.officer, self.now = session, officer, now
        self.vault = Vault(LocalBlobs(folder))
        self.enterprise = firm(session)
        self.case: CaseFile = opened(session, officer, now, self.enterprise).row
        self.person = people.enterprise_user(session, enterprise_id=self.enterprise.id, role="editor")

    def document(self, kind: str = "business-licence", mark: str = "", **given: Any) -> Document:
        return put_on_file(
            self.session,
            self.vault,
            actor=self.officer,
            enterprise=self.enterprise,
            upload=Upload(io.BytesIO(pdf(mark)), f"{mark or '执照'}.pdf"),
            given=DocumentInput(kind=kind, **given),
            now=self.now,
        )

    def choose(self, *documents: Document, actor: Actor | None = None, **given: Any) -> list[CaseMaterial]:
        command = ChooseMaterial(**(LICENCE | given), documents=[row.id for row in documents])
        return choose_materials(
            self.session, actor=actor or self.person, now=self.now, number=self.case.number, command=command
        )

    def do(self, work: Callable[..., Any], *args: Any, actor: Actor | None = None, **given: Any) -> Any:
        return work(self.session, *args, actor=actor or self.person, now=self.now, number=self.case.number, **given)

    def draft(self, values: dict[str, str], was: dict[str, str] | None = None, **given: Any) -> Any:
        return self.do(save_draft, command=SaveDraft(values=values, was=was or dict.fromkeys(values, "")), **given)

    def hand_in(self, values: dict[str, str], was: dict[str, str] | None = None, **given: Any) -> Any:
        return self.do(hand_in_answers, command=HandIn(values=values, was=was or dict.fromkeys(values, "")), **given)

    def reviewed(self) -> None:
        """The case stands with the bureau, handed in."""
        self.case.stage, self.case.submitted_on = "review", date(2021, 6, 1)
        self.session.flush()

    def events(self, kind: str) -> list[JournalEvent]:
        db.commit(self.session)
        return list(self.session.scalars(select(JournalEvent).where(JournalEvent.type == kind)))


@pytest.fixture
def desk(session: Session, actor: Callable[..., Actor], now: datetime, tmp_path: Path) -> Desk:
    return Desk(session, actor(), now, tmp_path / "vault")


# -- materials -----------------------------------------------------------------------------------------------------------


def test_what_is_on_file_is_chosen_and_not_asked_for_again(desk: Desk) -> None:
    programme = get_version(desk.session, desk.case.programme_code, desk.case.programme_version)
    template = next(item for item in programme.materials if item.code == "business-licence")
    licence, _other = desk.document(), desk.document("tax-return", "报表", year=2020)
    day = date(2021, 6, 30)
    assert list_choosable(desk.session, desk.case, template, None, day) == [licence]
    (row,) = desk.choose(licence)
    assert (row.state, row.by_name) == ("supplied", desk.person.name)
    assert list_choosable(desk.session, desk.case, template, None, day) == []
    (event,) = desk.events("case.material_supplied")
    assert (event.subject_id, event.data["documents"]) == (desk.case.number, [licence.id])
    (use,) = uses_of(desk.session, [licence.id])[licence.id]
    assert (use.number, use.material, use.open) == (desk.case.number, "business-licence", True)


def test_an_upload_goes_into_the_vault_and_serves_with_one_event(desk: Desk) -> None:
    upload = Upload(io.BytesIO(pdf("2020")), "审计2020.pdf")
    row = desk.do(
        upload_material, desk.vault, upload=upload, command=UploadMaterial(material="annual-audit", year=2020)
    )
    assert (row.document.kind, row.document.year) == ("annual-audit", 2020)
    assert len(desk.events("case.material_supplied")) == 1
    assert desk.events("document.added") == []


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"material": "nonsense"}, NotFound),
        ({"material": "annual-audit", "year": 2010}, Invalid),
        ({"material": "annual-audit"}, Invalid),
        ({"material": "business-licence", "year": 2020}, Invalid),
    ],
)
def test_a_material_that_the_version_does_not_know_is_refused(
    desk: Desk, given: dict[str, Any], error: type[DomainError]
) -> None:
    with pytest.raises(error):
        desk.choose(desk.document(), **given)


def test_only_what_lies_on_the_firms_own_file_can_be_chosen(desk: Desk) -> None:
    licence = desk.document()
    withdraw_document(
        desk.session, actor=desk.officer, document=licence, given=Withdrawal(reason="盖错章"), now=desk.now
    )
    foreign = put_on_file(
        desk.session,
        desk.vault,
        actor=desk.officer,
        enterprise=firm(desk.session),
        upload=Upload(io.BytesIO(pdf("fremd")), "执照.pdf"),
        given=DocumentInput(kind="business-licence"),
        now=desk.now,
    )
    for document in (licence, foreign):
        with pytest.raises(Invalid, match="不在该企业的证据库"):
            desk.choose(document)
    expired = desk.document(mark="过期", valid_until=date(2021, 6, 29))
    with pytest.raises(Invalid, match="有效期"):
        desk.choose(expired)


def test_a_document_is_returned_with_a_remark_and_gives_way_to_the_next(desk: Desk) -> None:
    (row,) = desk.choose(desk.document())
    done = {"actor": desk.officer, "material_id": row.id}
    desk.do(return_material, command=ReturnMaterial(version=row.version, remark="章不清楚"), **done)
    assert (row.state, row.remark) == ("returned", "章不清楚")
    assert "章不清楚" in desk.events("case.material_returned")[0].data["note"]
    (second,) = desk.choose(desk.document(mark="新"))
    assert [item.id for item in list_materials(desk.session, desk.case.id)] == [second.id]
    done = {"actor": desk.officer, "material_id": second.id}
    desk.do(accept_material, command=Versioned(version=second.version), **done)
    with pytest.raises(Conflict):
        desk.do(accept_material, command=Versioned(version=second.version), **done)
    with pytest.raises(Conflict, match="已审核通过"):
        desk.do(remove_material, material_id=second.id, command=Versioned(version=second.version))


def test_what_was_seen_in_another_state_is_not_decided_upon(desk: Desk) -> None:
    (row,) = desk.choose(desk.document())
    desk.do(accept_material, actor=desk.officer, material_id=row.id, command=Versioned(version=1))
    with pytest.raises(Conflict, match="刚被他人改动"):
        desk.do(
            return_material, actor=desk.officer, material_id=row.id, command=ReturnMaterial(version=1, remark="不清楚")
        )


def test_what_the_firm_handed_in_stays_while_the_bureau_looks_at_it(desk: Desk) -> None:
    (row,) = desk.choose(desk.document())
    desk.reviewed()
    with pytest.raises(Conflict, match="正在审查"):
        desk.choose(desk.document(mark="又"))
    with pytest.raises(Conflict, match="正在审查"):
        desk.do(remove_material, material_id=row.id, command=Versioned(version=row.version))
    items = [CorrectionAsked(kind="material", code="business-licence", remark="章不清楚")]
    desk.do(ask_corrections, actor=desk.officer, command=AskCorrections(items=items))
    desk.choose(desk.document(mark="正"))
    desk.do(remove_material, material_id=row.id, command=Versioned(version=row.version))


@pytest.mark.parametrize("who", ["reader", "other", "leader", "department"])
def test_others_supply_nothing(desk: Desk, actor: Callable[..., Actor], who: str) -> None:
    person = {
        "reader": lambda: people.enterprise_user(desk.session, enterprise_id=desk.enterprise.id, role="reader"),
        "other": lambda: people.enterprise_user(desk.session, enterprise_id=firm(desk.session).id),
        "leader": lambda: actor(role="leader"),
        "department": lambda: actor(role="department"),
    }[who]()
    with pytest.raises((Forbidden, NotFound)):
        desk.choose(desk.document(), actor=person)
    with pytest.raises((Forbidden, NotFound)):
        desk.draft({"tax_collection": "查账征收"}, actor=person)
    (row,) = desk.choose(desk.document(mark="二"))
    with pytest.raises((Forbidden, NotFound)):
        desk.do(accept_material, actor=person, material_id=row.id, command=Versioned(version=1))
    with pytest.raises(Forbidden):
        desk.do(accept_material, material_id=row.id, command=Versioned(version=1))


# -- answers -------------------------------------------------------------------------------------------------------------


def answer(desk: Desk, code: str) -> CaseAnswer:
    return list_answers(desk.session, desk.case.id)[code]


def test_a_draft_is_kept_as_it_is_and_counts_only_once_handed_in(desk: Desk) -> None:
    desk.draft({"entry_national_on": "2021-06-3"})
    row = answer(desk, "entry_national_on")
    assert (row.value, row.draft, row.counted) == ("2021-06-3", True, "")
    assert desk.events("case.answers_handed_in") == []
    with pytest.raises(Invalid) as refused:
        desk.hand_in({"entry_national_on": "2021-06-3"}, {"entry_national_on": "2021-06-3"})
    assert set(refused.value.fields) == {"entry_national_on"}
    assert desk.hand_in({"entry_national_on": "2021-06-03"}, {"entry_national_on": "2021-06-3"})
    assert (row.value, row.draft, row.counted) == ("2021-06-03", False, "2021-06-03")
    (event,) = desk.events("case.answers_handed_in")
    assert event.changes == {"国家系统提交日期": [None, "2021-06-03"]}
    assert not desk.hand_in({"entry_national_on": "2021-06-03"}, {"entry_national_on": "2021-06-03"})


def test_a_draft_over_an_answer_leaves_it_counting(desk: Desk) -> None:
    desk.hand_in({"tax_collection": "查账征收"})
    desk.draft({"tax_collection": "核定征收"}, {"tax_collection": "查账征收"})
    row = answer(desk, "tax_collection")
    assert (row.value, row.counted, row.draft) == ("核定征收", "查账征收", True)
    supplies = load_supplies(desk.session, [desk.case], date(2021, 6, 30))[desk.case.id]
    assert supplies.answers == {"tax_collection": "查账征收"}
    (reopened,) = desk.events("case.answers_reopened")
    assert reopened.data == {"questions": ["tax_collection"]}, "whose turn it is has changed"
    desk.draft({"tax_collection": ""}, {"tax_collection": "核定征收"})
    assert len(desk.events("case.answers_reopened")) == 1
    assert answer(desk, "tax_collection").counted == "查账征收"
    assert desk.hand_in({"tax_collection": "核定征收"}, {"tax_collection": ""})
    assert desk.events("case.answers_handed_in")[-1].changes == {"所得税征收方式": ["查账征收", "核定征收"]}


def test_a_draft_that_counts_again_as_it_was_is_on_record(desk: Desk) -> None:
    desk.hand_in({"tax_collection": "查账征收"})
    desk.draft({"tax_collection": "核定征收"}, {"tax_collection": "查账征收"})
    assert not desk.hand_in({"tax_collection": "查账征收"}, {"tax_collection": "核定征收"}), "nothing has changed"
    assert desk.events("case.answers_handed_in")[-1].changes == {}
    assert not answer(desk, "tax_collection").draft


def test_two_people_answer(desk: Desk) -> None:
    empty = {"tax_collection": "", "entries_agree": ""}
    colleague = people.enterprise_user(desk.session, enterprise_id=desk.enterprise.id)
    desk.draft({"tax_collection": "查账征收", "entries_agree": ""}, empty)
    desk.draft({"tax_collection": "", "entries_agree": "yes"}, empty, actor=colleague)
    assert (answer(desk, "tax_collection").value, answer(desk, "entries_agree").value) == ("查账征收", "yes")
    with pytest.raises(Clashing) as asked:
        desk.hand_in({"tax_collection": "核定征收", "entries_agree": "yes"}, empty, actor=colleague)
    assert [(clash.name, clash.theirs, clash.yours) for clash in asked.value.clashes] == [
        ("tax_collection", "查账征收", "核定征收")
    ]


@pytest.mark.parametrize("values", [{"nonsense": "1"}, {"tax_collection": "随便"}])
def test_bad_answers_are_refused(desk: Desk, values: dict[str, str]) -> None:
    with pytest.raises((NotFound, Invalid)):
        desk.hand_in(values)


def test_answers_stay_while_the_bureau_looks_at_them(desk: Desk) -> None:
    desk.hand_in({"tax_collection": "查账征收"})
    desk.reviewed()
    with pytest.raises(Conflict, match="正在审查"):
        desk.draft({"tax_collection": "核定征收"}, {"tax_collection": "查账征收"})
    desk.draft({"entries_agree": "no"})
    items = [CorrectionAsked(kind="question", code="tax_collection", remark="与税务登记不符")]
    desk.do(ask_corrections, actor=desk.officer, command=AskCorrections(items=items))
    assert desk.hand_in({"tax_collection": "核定征收"}, {"tax_collection": "查账征收"})


def test_a_new_year_begins_with_the_answers_of_the_last(desk: Desk) -> None:
    desk.hand_in({"tax_collection": "查账征收", "entry_national_on": "2021-06-01"})
    next_case = opened(desk.session, desk.officer, desk.now, desk.enterprise, year=2022).row
    filled = renew_supplies(desk.session, actor=desk.person, now=desk.now, number=next_case.number)
    assert (filled.number, filled.questions) == (desk.case.number, ("tax_collection",))
    row = list_answers(desk.session, next_case.id)["tax_collection"]
    assert (row.value, row.draft, row.renewed_from, row.counted) == ("查账征收", True, desk.case.number, "")
    command = HandIn(values={"tax_collection": "查账征收"}, was={"tax_collection": "查账征收"})
    assert hand_in_answers(desk.session, actor=desk.person, now=desk.now, number=next_case.number, command=command)
    assert (row.draft, row.renewed_from, row.counted) == (False, None, "查账征收")
    with pytest.raises(Conflict):
        renew_supplies(desk.session, actor=desk.person, now=desk.now, number=next_case.number)


# -- corrections ---------------------------------------------------------------------------------------------------------


def test_a_correction_runs_item_by_item(desk: Desk) -> None:
    items = [
        CorrectionAsked(kind="material", code="business-licence", remark="章不清楚"),
        CorrectionAsked(kind="other", remark="请补法人签字"),
    ]
    done = {"actor": desk.officer}
    first, second = desk.do(ask_corrections, command=AskCorrections(items=items, due_on=date(2021, 7, 9)), **done)
    assert (first.round, second.round) == (1, 1)
    with pytest.raises(Conflict, match="还没有答复"):
        desk.do(settle_correction, item_id=first.id, command=Versioned(version=first.version), **done)
    desk.do(answer_correction, item_id=first.id, command=AnswerCorrection(version=first.version, answer="已重新盖章"))
    assert first.answered_by == desk.person.name
    desk.do(ask_again, item_id=first.id, command=AskCorrectionAgain(version=first.version, remark="仍看不清"), **done)
    assert (first.answered_at, first.remark, first.due_on) == (None, "仍看不清", date(2021, 7, 9))
    desk.do(answer_correction, item_id=first.id, command=AnswerCorrection(version=first.version, answer="换了扫描件"))
    desk.do(settle_correction, item_id=first.id, command=Versioned(version=first.version), **done)
    with pytest.raises(Conflict):
        desk.do(answer_correction, item_id=first.id, command=AnswerCorrection(version=first.version, answer="又"))
    counts = {
        kind: len(desk.events(f"case.{kind}"))
        for kind in ("corrections_asked", "correction_answered", "correction_asked_again", "correction_settled")
    }
    assert counts == {
        "corrections_asked": 1,
        "correction_answered": 2,
        "correction_asked_again": 1,
        "correction_settled": 1,
    }
    (third,) = desk.do(ask_corrections, command=AskCorrections(items=items[1:]), **done)
    assert third.round == 1
    for row in (second, third):
        row.settled_on = date(2021, 6, 30)
    (fourth,) = desk.do(ask_corrections, command=AskCorrections(items=items[:1]), **done)
    assert list_corrections(desk.session, desk.case.id)[0].round == fourth.round == 2


@pytest.mark.parametrize(
    "command",
    [
        AskCorrections(items=[]),
        AskCorrections(items=[CorrectionAsked(kind="other", remark=" ")]),
        AskCorrections(items=[CorrectionAsked(kind="material", code="nonsense", remark="没有")]),
        AskCorrections(items=[CorrectionAsked(kind="question", code="nonsense", remark="没有")]),
        AskCorrections(items=[CorrectionAsked(kind="other", remark="迟了")], due_on=date(2021, 6, 29)),
    ],
)
def test_a_correction_says_what_of_what_until_when(desk: Desk, command: AskCorrections) -> None:
    with pytest.raises((Invalid, NotFound)):
        desk.do(ask_corrections, actor=desk.officer, command=command)


def test_the_firm_asks_nothing_of_itself(desk: Desk) -> None:
    items = [CorrectionAsked(kind="other", remark="自己问自己")]
    with pytest.raises(Forbidden):
        desk.do(ask_corrections, command=AskCorrections(items=items))
    (row,) = desk.do(ask_corrections, actor=desk.officer, command=AskCorrections(items=items))
    with pytest.raises(Forbidden):
        desk.do(settle_correction, item_id=row.id, command=Versioned(version=1))


def test_a_closed_case_takes_nothing(desk: Desk) -> None:
    desk.case.state = "withdrawn"
    desk.session.flush()
    for work in (
        lambda: desk.choose(desk.document()),
        lambda: desk.draft({"tax_collection": "查账征收"}),
        lambda: desk.do(
            ask_corrections,
            actor=desk.officer,
            command=AskCorrections(items=[CorrectionAsked(kind="other", remark="迟了")]),
        ),
    ):
        with pytest.raises(Conflict, match="已办结"):
            work()
