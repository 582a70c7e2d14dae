"""The dossier: what stood on a day and nothing later, the archive with every file under its hash, the PDF, the job."""

import csv
import hashlib
import io
import zipfile
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.cases.duties.models import CaseDuty
from app.cases.models import Approval
from app.cases.opinions.domain import OpinionOutcome
from app.cases.printouts.archive import pack_dossier
from app.cases.printouts.as_of import Served, materials_after, value_before
from app.cases.printouts.dossier import collect_dossier
from app.cases.printouts.dossier_job import JOB_KIND, LARGEST, is_big, make_archive, order_dossier
from app.cases.printouts.pdf import print_dossier
from app.cases.supply.models import CaseAnswer
from app.cases.supply.queries import list_answers, list_materials
from app.cases.supply.schemas import ReturnMaterial, Versioned
from app.cases.supply.service.materials import accept_material, remove_material, return_material
from app.enterprises.models import Enterprise
from app.files.models import StoredFile
from app.jobs.run import JobContext, execute, run_of
from app.jobs.service import claim_next
from app.journal.domain import PendingEvent, SubjectKey
from app.journal.service import record
from app.kit import db
from app.kit.clock import end_of_day
from app.kit.errors import Forbidden, Invalid, NotFound
from app.kit.pdf import typeset
from app.kit.pdf.typeset import FontMissing
from app.kit.storage.local import LocalBlobs
from app.programmes.models import ProgrammeRound
from tests.cases.test_opinions import answer, ask, document
from tests.cases.test_supply import Desk
from tests.factories import cases
from tests.support import people

DAY = date(2021, 6, 30)


@pytest.fixture
def head(session):
    return people.officer(session, role="section_head")


@pytest.fixture
def blobs(tmp_path):
    return LocalBlobs(tmp_path / "files")


@pytest.fixture
def case(session, head, now):
    return cases.opened(session, head, now).row


def collect(session, case, head, now, on=None):
    db.commit(session)
    return collect_dossier(session, case, actor=head, now=now, on=on or DAY, office="示例市科技局")


def file_of(session, blobs, case, now, body, **given):
    made = document(session, case.enterprise_id, now, **given)
    stored = session.get(StoredFile, made.file_id)
    blob = blobs.put(io.BytesIO(body), limit=1 << 30)
    stored.sha256, stored.size = blob.sha256, blob.size
    session.flush()
    return made


def served(session, case, head, at, event, *documents, **data):
    """What the supply of a case writes into the journal."""
    subject = SubjectKey("case", case.number, "示例", case.enterprise_id, "429005")
    ids = [each.id for each in documents]
    record(session, actor=head, now=at, type=event, subject=subject, data={"documents": ids, "year": None, **data})


def packed(dossier, blobs):
    body = b"".join(block for _done, block in pack_dossier(dossier, blobs))
    return zipfile.ZipFile(io.BytesIO(body))


# -- as of a day, pure ---------------------------------------------------------------------------------------------------


def told(type, changes=(), **data):
    event = PendingEvent(None, None, type, None, dict(changes), data)
    return event


def test_a_value_is_what_the_first_later_change_found():
    since = [told("x"), told("x", {"stage": ("a", "b")}), told("x", {"stage": ("b", "c"), "round": (None, "1")})]
    assert value_before("stage", "c", since) == "a"
    assert value_before("round", "1", since) is None
    assert value_before("officer", "今", since) == "今"


def test_materials_are_what_was_supplied_and_not_taken_back():
    def event(kind, *ids, year=None, material="licence", **data):
        return told(f"case.material_{kind}", documents=list(ids), material=material, year=year, **data)

    events = [
        event("supplied", 1, 2),
        event("returned", 1, remark="缺页"),
        event("accepted", 2),
        event("supplied", 3, year=2020),
    ]
    assert materials_after(events) == [
        Served("licence", None, 1, "returned", "缺页"),
        Served("licence", None, 2, "accepted"),
        Served("licence", 2020, 3, "supplied"),
    ]
    later = [*events, event("supplied", 4), event("removed", 2)]
    assert [each.document_id for each in materials_after(later)] == [3, 4], "what was returned gave way to the new one"


# -- as of a day, on record ----------------------------------------------------------------------------------------------


def test_nothing_of_a_later_day_is_told(session, head, now, case, blobs):
    tax, later = people.department(session, "tax"), now + timedelta(days=5)
    first = file_of(session, blobs, case, now, b"%PDF first", title="早的.pdf")
    second = file_of(session, blobs, case, later, b"%PDF second", title="晚的.pdf")
    served(session, case, head, now, "case.material_supplied", first, material="business-licence")
    row = ask(session, head, now, case, "tax")[0]
    session.add(
        Approval(case_id=case.id, action="recommend", officer_id=head.id, officer_name="早", role="leader", at=now)
    )
    db.commit(session)
    served(session, case, head, later, "case.material_supplied", second, material="business-licence")
    answer(session, tax, later, row, OpinionOutcome.OBJECT, "欠税")
    ask(session, head, later, case, "finance")
    session.add(
        Approval(case_id=case.id, action="recommend", officer_id=tax.id, officer_name="晚", role="leader", at=later)
    )
    moved = cases.step(session, head, later, case, "confirm-intent")
    other = people.officer(session)
    from app.cases.schemas import AssignOfficer
    from app.cases.service.assigning import assign_officer

    assign_officer(
        session,
        actor=head,
        now=later,
        number=case.number,
        command=AssignOfficer(officer_id=other.id, version=moved.version),
    )
    then, today = collect(session, case, head, later), collect(session, case, head, later, later.date())
    assert [each.title for each in then.evidence] == ["早的.pdf"]
    assert [each.title for each in today.evidence] == ["早的.pdf", "晚的.pdf"]
    assert [(each.outcome, each.answer) for each in then.opinions] == [("待答复", "")]
    assert [(each.outcome, each.answer) for each in today.opinions] == [("不同意", "欠税"), ("待答复", "")]
    assert [each.by for each in then.approvals] == ["早"]
    assert [each.by for each in today.approvals] == ["早", "晚"]
    assert (then.cover.stage, today.cover.stage) == ("培育入库", "意向确认")
    assert (then.cover.officer, today.cover.officer) == (head.name, other.name)
    assert len(then.passages) == 1
    assert {each.text for each in then.events} == {"立案", "提供材料", "征询部门意见"}
    assert len(today.events) > len(then.events)
    assert any("SHA-256" in limit for limit in then.limits)


def test_the_day_ends_at_midnight_in_shanghai(session, head, case, blobs):
    last, first = end_of_day(DAY) - timedelta(seconds=1), end_of_day(DAY)
    assert (last, first) == (datetime(2021, 6, 30, 15, 59, 59, tzinfo=UTC), datetime(2021, 6, 30, 16, tzinfo=UTC))
    ask(session, head, last, case, "tax")
    ask(session, head, first, case, "finance")
    assert [each.department for each in collect(session, case, head, first).opinions] == ["税务局"]


def test_answers_are_those_handed_in_by_then(session, head, now, case):
    from app.cases.queries import programme_of

    question = programme_of(session, case).questions[0]
    subject = SubjectKey("case", case.number, "示例", case.enterprise_id, "429005")
    session.add(
        CaseAnswer(
            case_id=case.id, question=question.code, value="三", handed_in="二", draft=True, by_kind="officer",
            by_name="示例", at=now,
        )
    )  # fmt: skip
    for days, change in ((0, (None, "一")), (2, ("一", "二"))):
        record(
            session, actor=head, now=now + timedelta(days=days), type="case.answers_handed_in", subject=subject,
            changes={question.label.zh: change},
        )  # fmt: skip
    later = now + timedelta(days=3)

    def value(on):
        return collect(session, case, head, later, on).answers[0].value

    assert [value(DAY), value(DAY + timedelta(days=1)), value(DAY + timedelta(days=2))] == ["一", "一", "二"]


def test_the_dossier_of_every_day_is_what_lay_there_on_that_day(session, head, now, tmp_path):
    """What the services of supply write is what the journal gives back, day by day."""
    desk = Desk(session, head, now, tmp_path / "vault")
    first, second = desk.document(), desk.document(mark="second")
    rows = {}

    def choose(key, *documents, **given):
        rows[key] = desk.choose(*documents, **given)[0]

    def change(work, key, actor=None):
        command = Versioned(version=rows[key].version)
        desk.do(work, material_id=rows[key].id, command=command, actor=actor)

    def send_back(key, remark):
        command = ReturnMaterial(version=rows[key].version, remark=remark)
        desk.do(return_material, material_id=rows[key].id, command=command, actor=head)

    steps = [
        lambda: choose("first", first),
        lambda: desk.hand_in({"tax_authority": "潜江税务"}),
        lambda: send_back("first", "缺页"),
        lambda: choose("second", second),
        lambda: desk.draft({"tax_authority": "未交"}, {"tax_authority": "潜江税务"}),
        lambda: change(accept_material, "second", head),
        lambda: desk.hand_in({"tax_authority": "仙桃税务"}, {"tax_authority": "未交"}),
        lambda: send_back("second", "过期"),
        lambda: change(remove_material, "second"),
    ]
    lay = []
    for number, step in enumerate(steps):
        desk.now = now + timedelta(days=number)
        rows = {key: session.merge(row) for key, row in rows.items()}
        for row in rows.values():
            session.refresh(row)
        step()
        held = [(row.document_id, str(row.state)) for row in list_materials(session, desk.case.id)]
        counted = {code: row.counted for code, row in list_answers(session, desk.case.id).items() if row.counted}
        lay.append((held, counted))
        db.commit(session)
    titles = {row.title: row.id for row in (first, second)}
    states = {"待审核": "supplied", "已通过": "accepted", "已退回": "returned"}
    for number, (held, counted) in enumerate(lay):
        dossier = collect(session, desk.case, head, desk.now, DAY + timedelta(days=number))
        told = [(titles[each.title], states[each.state.partition("：")[0]]) for each in dossier.evidence]
        assert told == held, f"the materials after step {number}"
        assert [each.value for each in dossier.answers if each.value] == list(counted.values()), f"after step {number}"


def test_duties_are_reported_with_their_figures_once_they_are_done(session, head, now, case):
    given = {
        "case_id": case.id, "code": "annual-report", "by": "enterprise", "title_zh": "年度报表", "title_en": "Annual report",
        "opens_on": DAY,
    }  # fmt: skip
    session.add(CaseDuty(**given, period="2019", due_on=DAY - timedelta(days=1)))
    done = {
        "done_on": DAY,
        "done_at": now + timedelta(days=1),
        "done_by": "王敏",
        "values": {"figure": "12"},
        "note": "已报",
    }
    session.add(CaseDuty(**given, period="2020", due_on=DAY + timedelta(days=9), **done))
    session.add(CaseDuty(**given | {"opens_on": DAY + timedelta(days=2)}, period="2021"))
    later = now + timedelta(days=2)

    def duties(on):
        return [(each.status, each.values, each.note) for each in collect(session, case, head, later, on).duties]

    assert duties(DAY) == [("逾期未办", "", ""), ("未办", "", "")]
    assert duties(DAY + timedelta(days=1))[1] == ("王敏 2021-07-01 10:00 办理", "figure 12", "已报")
    assert len(duties(DAY + timedelta(days=2))) == 3
    assert print_dossier(collect(session, case, head, later, later.date())).startswith(b"%PDF-")


def test_the_firm_bears_the_name_of_the_day(session, head, now, case):
    firm = session.get(Enterprise, case.enterprise_id)
    old, firm.name = firm.name, "改名后（示例）"
    subject = SubjectKey("enterprise", firm.uscc, firm.name, firm.id, firm.region_code)
    later = now + timedelta(days=1)
    record(
        session, actor=head, now=later, type="enterprise.changed", subject=subject, changes={"name": (old, firm.name)}
    )
    assert collect(session, case, head, later).cover.firm == old
    assert collect(session, case, head, later, later.date()).cover.firm == "改名后（示例）"


@pytest.mark.parametrize("on", [date(2021, 6, 29), date(2021, 7, 1)])
def test_days_before_the_case_and_after_today_are_refused(session, head, now, case, on):
    with pytest.raises(Invalid) as refused:
        collect(session, case, head, now, on)
    assert "on" in refused.value.fields


def test_more_rows_cost_no_more_queries(session, head, now, case, blobs, count_queries):
    def cost():
        db.commit(session)
        session.expire_all()
        case_now = session.get(type(case), case.id)
        with count_queries() as sent:
            collect_dossier(session, case_now, actor=head, now=now, on=DAY, office="局")
        return len(sent)

    def supply(number):
        made = file_of(session, blobs, case, now, f"%PDF {number}".encode())
        served(session, case, head, now, "case.material_supplied", made, material="business-licence")
        ask(session, head, now, case, ["tax", "finance", "market", "statistics"][number])

    supply(0)
    few = cost()
    for number in (1, 2, 3):
        supply(number)
    assert cost() == few


# -- the archive ---------------------------------------------------------------------------------------------------------


def test_the_archive_holds_every_file_under_its_hash(session, head, now, case, blobs):
    bodies = [b"%PDF one", b"%PDF two" * 300_000, b"%PDF one"]
    names = ["执照/副本:1.pdf", "执照/副本:1.pdf", "..\\..\\etc.exe"]
    made = [file_of(session, blobs, case, now, body, title=name) for body, name in zip(bodies, names, strict=True)]
    served(session, case, head, now, "case.material_supplied", *made, material="business-licence")
    archive = packed(collect(session, case, head, now), blobs)
    assert archive.testzip() is None
    folders = {name.partition("/")[0] for name in archive.namelist()}
    assert len(folders) == 1
    folder = folders.pop()
    assert case.number in folder
    inside = [name for name in archive.namelist() if "/证据材料/" in name]
    assert len(inside) == len(set(inside)) == 3
    assert all(
        name.count("/") == 2 and ".." not in name.split("/") and "\\" not in name and name.endswith(".pdf")
        for name in inside
    )
    sums = dict(reversed(line.split("  ", 1)) for line in archive.read(f"{folder}/SHA256SUMS").decode().splitlines())
    assert {f"{folder}/{path}" for path in sums} == set(inside)
    for path, sha256 in sums.items():
        assert hashlib.sha256(archive.read(f"{folder}/{path}")).hexdigest() == sha256
    listed = list(csv.DictReader(io.StringIO(archive.read(f"{folder}/证据目录.csv").decode("utf-8-sig"))))
    assert [row["SHA-256"] for row in listed] == list(sums.values())
    assert archive.read(f"{folder}/卷宗.pdf").startswith(b"%PDF-")


def test_a_large_archive_passes_through_in_small_blocks(session, head, now, case, blobs):
    made = file_of(session, blobs, case, now, b"%PDF" + bytes(9_000_000))
    served(session, case, head, now, "case.material_supplied", made, material="business-licence")
    blocks = [len(block) for _done, block in pack_dossier(collect(session, case, head, now), blobs)]
    assert sum(blocks) > 9_000_000
    assert max(blocks) < 2_500_000, "little is in memory at a time"


def test_a_file_that_is_gone_is_told_and_the_rest_is_packed(session, head, now, case, blobs):
    made = [file_of(session, blobs, case, now, body) for body in (b"%PDF one", b"%PDF two")]
    served(session, case, head, now, "case.material_supplied", *made, material="business-licence")
    dossier = collect(session, case, head, now)
    blobs.discard(dossier.evidence[0].sha256)
    archive = packed(dossier, blobs)
    missing = next(name for name in archive.namelist() if name.endswith("缺失文件.txt"))
    assert dossier.evidence[0].sha256 in archive.read(missing).decode()
    assert sum("/证据材料/" in name for name in archive.namelist()) == 1


# -- the PDF -------------------------------------------------------------------------------------------------------------


def test_a_value_is_text_in_the_pdf_whatever_it_looks_like(session, head, now, case):
    firm = session.get(Enterprise, case.enterprise_id)
    firm.name = '#panic("no") $1/0$ *_` ] #[ \\ 燚堃瑄赟（示例）'
    row = ask(session, head, now, case, "tax", question='#read("/etc/passwd") = 标题 <w>\n- 项')[0]
    answer(session, people.department(session, "tax"), now, row, OpinionOutcome.OBJECT, "@ref /* */ // ~ $")
    assert print_dossier(collect(session, case, head, now)).startswith(b"%PDF-")


def test_without_a_chinese_font_it_is_said_and_the_archive_is_made_all_the_same(
    session, head, now, case, blobs, monkeypatch
):
    monkeypatch.setattr(typeset, "FAMILIES", ("No Such Family",))
    typeset.chinese_families.cache_clear()
    try:
        dossier = collect(session, case, head, now)
        with pytest.raises(FontMissing, match="fonts-noto-cjk"):
            print_dossier(dossier)
        archive = packed(dossier, blobs)
        said = next(name for name in archive.namelist() if name.endswith("说明.txt"))
        assert "fonts-noto-cjk" in archive.read(said).decode()
        assert not any(name.endswith(".pdf") for name in archive.namelist())
    finally:
        typeset.chinese_families.cache_clear()


# -- the job -------------------------------------------------------------------------------------------------------------


def test_the_cover_names_the_round(session, head, now, case):
    row = session.scalars(
        select(ProgrammeRound).where(
            ProgrammeRound.programme_code == case.programme_code, ProgrammeRound.year == case.year
        )
    ).first()
    case.round = row.code
    db.commit(session)
    assert collect(session, case, head, now).cover.round == row.title_zh


def test_a_large_dossier_is_made_in_the_background(session, head, now, case, blobs, database, tmp_path):
    made = file_of(session, blobs, case, now, b"%PDF one")
    served(session, case, head, now, "case.material_supplied", made, material="business-licence")
    assert not is_big(collect(session, case, head, now))
    order_dossier(session, actor=head, now=now, number=case.number, on=DAY, office="示例局")
    db.commit(session)
    around = JobContext(database, tmp_path, clock=lambda: now, storage=blobs)
    claimed = claim_next(session, owner="test:1:1", kinds=(JOB_KIND,), now=now)
    db.commit(session)
    execute(run_of(claimed, around, "test:1:1"), make_archive)
    session.refresh(claimed)
    assert (claimed.state, claimed.error) == ("done", "")
    assert (claimed.done, claimed.total, claimed.result["files"]) == (1, 1, 1)
    stored = session.get(StoredFile, claimed.result["file"])
    assert stored.name == f"{case.number}_{case.enterprise.name}_卷宗_20210630.zip"
    assert zipfile.ZipFile(blobs.path(stored.sha256)).testzip() is None
    assert stored.size == claimed.result["size"] < LARGEST
    assert not list(tmp_path.glob("tmp*")), "nothing half-made is left"


def test_only_those_who_see_the_case_order_its_dossier(session, head, now, case):
    def order(actor, on=DAY):
        order_dossier(session, actor=actor, now=now, number=case.number, on=on, office="局")

    with pytest.raises(NotFound):
        order(people.officer(session, region="429006"))
    with pytest.raises(Forbidden):
        order(people.department(session, "tax"))
    with pytest.raises(Invalid):
        order(head, date(1999, 1, 1))
    assert session.scalar(select(StoredFile).limit(1)) is None
