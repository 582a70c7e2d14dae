"""Moving a case to a newer version: shown first, done in one step, nothing lost silently."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.cases.duties.models import CaseDuty
from app.cases.models import Approval, CaseClock, CaseMarker, Milestone, StageEntry
from app.cases.printouts.dossier_rows import passages_until
from app.cases.schemas import ApproveStep, ChangeVersion, TakeBackStep
from app.cases.service.approving import approve_step
from app.cases.service.undoing import take_back_step
from app.cases.service.versions import change_version, list_newer_versions, preview_version
from app.cases.supply.models import CaseAnswer
from app.journal.models import JournalEvent
from app.kit import db
from app.kit.clock import today
from app.kit.errors import Conflict, Forbidden, Invalid
from app.programmes.queries import get_version, load_catalogue
from tests.factories import cases
from tests.programmes.files import FULL, publish, write

CODE = "trial-run"
#: Without materials and questions, so that a case can be led by its steps alone.
BARE = FULL.split("questions:\n")[0] + "clocks:\n" + FULL.split("\nclocks:\n")[1]
REVISION = "2021-01-01.r1"


def revised(text=BARE, **replaced):
    text = text.replace("version:", 'supersedes: "2021-01-01"\nversion:', 1)
    for old, new in replaced.items():
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.fixture
def head(actor):
    return actor(role="section_head")


@pytest.fixture
def led(session, head, now, tmp_path):
    """A case in `stage` under the first version; then another version is published."""

    def make(stage, text, first=BARE):
        write(tmp_path, text=first)
        publish(session, tmp_path, now)
        case = cases.opened(session, head, now, programme=CODE).row
        if stage in ("review", "correction"):
            case = cases.step(session, head, now, case, "submit")
        if stage == "correction":
            case = cases.step(session, head, now, case, "return", reason="缺页")
        write(tmp_path, version=REVISION, text=text)
        publish(session, tmp_path, now)
        return case

    return make


def change(session, who, now, case, **given):
    values = {"version": case.version, "programme_version": REVISION, "reason": "文件更正"} | given
    return change_version(session, actor=who, now=now, number=case.number, command=ChangeVersion(**values))


def effects(session, case, target=None):
    new = get_version(session, CODE, REVISION)
    return {
        (e.kind, e.code): e.outcome
        for e in preview_version(session, case=case, new=new, target=target or case.stage).effects
    }


def test_a_case_keeps_its_version_until_it_is_moved(session, head, now, led):
    case = led("review", revised())
    assert case.programme_version == "2021-01-01"
    assert [version.version for version in list_newer_versions(load_catalogue(session), case, today(now))] == [REVISION]
    assert change(session, head, now, case).programme_version == REVISION
    assert list_newer_versions(load_catalogue(session), case, today(now)) == ()


def test_what_is_shown_is_what_happens(session, head, now, led):
    """A milestone, a clock and a duty go; others come; what goes on keeps its day."""
    text = revised(**{
        "code: visit\n": "code: meeting\n", "milestones: [visit]": "milestones: [meeting]",
        "code: handling\n": "code: deciding\n", "code: quarterly\n": "code: monthly\n",
    })  # fmt: skip
    case = led("review", text)
    shown = effects(session, case)
    assert shown == {
        ("stage", "review"): "kept",
        ("action", "return"): "kept", ("action", "certify"): "kept", ("action", "withdraw"): "kept",
        ("clock", "handling"): "lost", ("clock", "deciding"): "gained",
        ("duty", "quarterly"): "lost", ("duty", "monthly"): "gained",
        ("milestone", "visit"): "lost", ("milestone", "meeting"): "gained",
    }  # fmt: skip
    change(session, head, now, case)
    rows = {row.code: row for row in session.scalars(select(Milestone).where(Milestone.case_id == case.id))}
    assert (rows["visit"].lapsed_on, rows["meeting"].lapsed_on) == (today(now), None)
    assert rows["meeting"].due_on is not None
    clocks = {row.code: row for row in session.scalars(select(CaseClock).where(CaseClock.case_id == case.id))}
    assert (clocks["handling"].ended_on, clocks["deciding"].ended_on) == (today(now), None)
    duties = session.scalars(select(CaseDuty).where(CaseDuty.case_id == case.id)).all()
    assert {(row.code, row.waived_on is None) for row in duties} == {("quarterly", False), ("monthly", True)}
    session.refresh(case)
    assert case.next_due_on == rows["meeting"].due_on


def test_a_gone_stage_asks_for_another_one(session, head, now, led):
    """`correction` is gone: the section head says where the case stands; markers and entries follow."""
    renamed = {"code: correction": "code: rework", "to: correction": "to: rework", "from: [correction]": "from: [rework]",
               "from: [preparing, review, correction]": "from: [preparing, review, rework]", "starts_at: [correction]": "starts_at: [rework]"}  # fmt: skip
    case = led("correction", revised(**renamed))
    with pytest.raises(Invalid) as refused:
        change(session, head, now, case)
    assert set(refused.value.fields) == {"stage"}
    for wrong in ("filed", "withdrawn", "no-such"):
        with pytest.raises(Invalid):
            change(session, head, now, case, stage=wrong)
    assert effects(session, case, "rework")["clock", "correcting"] == "kept"
    moved = change(session, head, now, case, stage="rework")
    assert moved.stage == "rework"
    entries = session.scalars(
        select(StageEntry).where(StageEntry.case_id == case.id).order_by(StageEntry.ordinal)
    ).all()
    assert [entry.stage for entry in entries] == ["preparing", "review", "correction", "rework"]
    assert entries[2].left_on == entries[3].entered_on == today(now)
    programme = get_version(session, CODE, REVISION)
    told = passages_until(session, moved, programme, today(now), now + timedelta(minutes=1))
    assert [(row.stage, row.step) for row in told][2:] == [("退回补正", "退回补正"), ("退回补正", "换用通道新版本")]
    assert cases.step(session, head, now, moved, "resubmit").stage == "review"


def test_a_kept_stage_is_not_to_be_left(session, head, now, led):
    case = led("review", revised())
    with pytest.raises(Invalid):
        change(session, head, now, case, stage="preparing")


def test_answers_of_another_kind_are_given_anew(session, head, now, led):
    case = led("preparing", revised(FULL, **{"kind: number": "kind: date"}), first=FULL)
    for question, value in (("leased", "yes"), ("lease_years", "3")):
        session.add(
            CaseAnswer(
                case_id=case.id, question=question, value=value, draft=False, by_kind="officer", by_name="王", at=now
            )
        )
    session.flush()
    shown = effects(session, case)
    assert (shown["question", "leased"], shown["question", "lease_years"]) == ("kept", "again")
    change(session, head, now, case)
    drafts = dict(
        session.execute(select(CaseAnswer.question, CaseAnswer.draft).where(CaseAnswer.case_id == case.id)).all()
    )
    assert drafts == {"leased": False, "lease_years": True}


def test_what_is_asked_for_besides_is_shown(session, head, now, led):
    case = led("preparing", FULL.replace("version:", 'supersedes: "2021-01-01"\nversion:', 1))
    assert {code for (kind, code), outcome in effects(session, case).items() if kind == "material" and outcome == "gained"} == {
        "licence", "audits", "lease", "visit-record",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("replaced", "standing"), [({"number: 1}": "number: 2}"}, False), ({"第七条": "第八条"}, True)]
)
def test_an_approval_of_another_step_is_given_anew(session, head, now, led, replaced, standing):
    case = led("review", revised(**replaced))
    approve_step(
        session, actor=head, now=now, number=case.number, command=ApproveStep(action="certify", version=case.version)
    )
    assert effects(session, case)["approval", "certify"] == ("kept" if standing else "lost")
    change(session, head, now, case)
    row = session.scalars(select(Approval).where(Approval.case_id == case.id)).one()
    assert (row.lapsed_at is None) is standing


def test_what_the_stage_counts_as_is_never_taken_away(session, head, now, led):
    case = led("review", revised(**{"counts_as: [submitted]": "counts_as: [submitted, recommended]"}))
    change(session, head, now, case)
    markers = set(session.scalars(select(CaseMarker.marker).where(CaseMarker.case_id == case.id)))
    assert markers == {"submitted", "recommended"}


def test_a_step_before_the_change_is_not_taken_back(session, head, now, led):
    case = led("review", revised())
    moved = change(session, head, now, case)
    with pytest.raises(Conflict) as refused:
        take_back_step(
            session, actor=head, now=now, number=case.number, command=TakeBackStep(version=moved.version, reason="误办")
        )
    assert refused.value.code == "case.undo.not_kept"


def test_one_event_tells_versions_reason_and_what_changed(session, head, now, led):
    case = led(
        "review", revised(**{"code: visit\n": "code: meeting\n", "milestones: [visit]": "milestones: [meeting]"})
    )
    change(session, head, now, case)
    db.commit(session)
    event = session.scalars(select(JournalEvent).where(JournalEvent.type == "case.version_changed")).one()
    assert event.changes == {"programme_version": ["2021-01-01", REVISION]}
    assert event.data["reason"] == "文件更正"
    assert event.data["effects"] == [["milestone", "visit", "lost"], ["milestone", "meeting", "gained"]]


def test_refused_changes(session, head, actor, now, led):
    case = led("review", revised())
    for given, code in (
        ({"version": 99}, "case.stale"),
        ({"programme_version": "2021-01-01"}, "case.version.not_newer"),
        ({"programme_version": "1999-01-01"}, "case.version.not_newer"),
    ):
        with pytest.raises(Conflict) as refused:
            change(session, head, now, case, **given)
        assert refused.value.code == code
    with pytest.raises(Forbidden):
        change(session, actor(), now, case)
    closed = cases.step(session, head, now, case, "withdraw", reason="企业撤回")
    with pytest.raises(Conflict) as refused:
        change(session, head, now, closed)
    assert refused.value.code == "case.closed"


def test_a_version_that_is_not_in_force_yet_cannot_be_chosen(session, head, now, led, tmp_path):
    case = led("review", revised())
    later = BARE.replace("version:", f'supersedes: "{REVISION}"\nversion:', 1)
    write(tmp_path, version="2099-01-01", text=later)
    publish(session, tmp_path, now)
    assert [version.version for version in list_newer_versions(load_catalogue(session), case, date(2021, 6, 30))] == [
        REVISION
    ]
    with pytest.raises(Conflict):
        change(session, head, now, case, programme_version="2099-01-01")
