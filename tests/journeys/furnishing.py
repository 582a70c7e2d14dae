"""What the demo lacks of a bureau's life, so that every page has something to show: an import with open decisions, an award, a client."""

from datetime import datetime
from io import BytesIO
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.accounts.models import EnterpriseUser
from app.accounts.service.clients import create_client
from app.cases.duties.models import CaseDuty
from app.cases.models import CaseFile
from app.cases.past_cases.schemas import PastCaseInput
from app.cases.past_cases.service import put_past_case
from app.cases.printouts.placeholders import PaperKind
from app.cases.printouts.templates import Shelf, template_bytes, upload_template
from app.cases.schemas import OpenCases
from app.cases.service.opening_many import order_cases
from app.demo.accounts import PORTAL_LOGIN
from app.demo.exchange import FILES
from app.enterprises.duplicates.models import DuplicatePair
from app.enterprises.duplicates.service import DuplicateDecision, decide, start_sweep
from app.enterprises.merges.models import FirmMerge
from app.enterprises.merges.schemas import MergeFirms
from app.enterprises.merges.service import merge_firms, seen_of
from app.enterprises.models import Enterprise
from app.enterprises.service.parts import PartChange
from app.exchange.partners.queries import get_partner
from app.exchange.reconciliation.service import TheirFile, start_reconciliation
from app.files.service.storing import keep_file
from app.files.vault import Upload, Vault
from app.incentives.domain.steps import IncentiveState
from app.incentives.models import Incentive
from app.incentives.schemas import StepInput
from app.incentives.service.steps import advance
from app.jobs.run import JobContext, kinds_of
from app.jobs.worker import Worker
from app.kit.actor import SYSTEM
from app.kit.clock import today
from app.kit.db import Database, read_scope, session_scope
from app.kit.lists.viewer import Viewer
from app.kit.storage.local import LocalBlobs
from app.policies.models import Sweep
from app.policies.sweeps.lists import SweepLineFilter, list_firms, of_sweep
from app.programmes.queries import load_catalogue
from tests.factories.enterprises import fictional_code, firm
from tests.support.house import HOUSE
from tests.support.imports import Importer
from tests.support.source import ROOT

#: Firms of which the register holds two records each.
MERGED = ("旅途戊精密机械", "旅途己新型建材")
#: Their codes: the demo is kept, and who adds firms to a copy of it in another process counts from 1.
CODES_FROM = 900_001
FILING = "joint-innovation-centre"
_LIST = """企业名称,统一社会信用代码,注册日期
旅途甲机电有限公司（示例）,91429099MA4WALK01A,2015-03-02
旅途乙材料有限公司（示例）,91429099MA4WALK02B,2016-04-12
旅途丙有限公司（示例）,91429099,2017-05-20
"""


def furnish(database: Database, data: Path, now: datetime) -> None:
    """Import a list whose codes wait or are taken in flagged, award the first recommended incentive, reconcile, open cases from a sweep."""
    importer = Importer(database, data, now)
    with TemporaryDirectory() as folder:
        for name, text in (("flagged.csv", _LIST.replace("WALK", "FLAG")), ("waiting.csv", _LIST)):
            path = Path(folder) / name
            path.write_text(text, encoding="utf-8")
            importer.take_in(path, accept=name == "flagged.csv")
    vault = Vault(LocalBlobs(data / "files"))
    _reconcile(database, vault, data, now)
    with session_scope(database) as session:
        incentive = session.scalars(select(Incentive).order_by(Incentive.id)).first()
        assert incentive is not None, "the demo has no incentive"
        given = StepInput(happened_on=today(now), amount="50000", document="虚构文件（示例）")
        advance(session, actor=SYSTEM, incentive=incentive, step=IncentiveState.AWARDED, given=given, now=now)
        _order_cases(session, now)
        _keep_own_template(session, vault, now)
        _leave_at_an_older_version(session)
        _miss_reports(session)
        _remember_earlier_years(session, now)
    _merge(database, data, now)


def _reconcile(database: Database, vault: Vault, data: Path, now: datetime) -> None:
    """A client of the province is set up, and a partner's list of firms is compared with ours: it knows one that we do not."""
    with session_scope(database) as session:
        create_client(session, actor=SYSTEM, name="省平台（示例）", scopes="export:read", region_prefix="", now=now)
        theirs = Upload(BytesIO("uscc,name\n91429099MA4WALK0XX,旅途丁有限公司（示例）\n".encode()), "对方清单.csv")
        stored = keep_file(session, vault, theirs, actor=SYSTEM, now=now, as_evidence=False)
        start_reconciliation(
            session,
            actor=SYSTEM,
            now=now,
            partner=get_partner(session, FILES.code),
            resource="enterprises",
            file=TheirFile(stored.sha256, stored.name),
        )
    Worker(JobContext(database, data, storage=vault.blobs), kinds_of(HOUSE)).run_waiting()


def _keep_own_template(session: Session, vault: Vault, now: datetime) -> None:
    """The bureau uses a recommendation letter of its own."""
    kind = PaperKind.LETTER
    shipped = template_bytes(session, Shelf(ROOT / "seeds" / "papers", vault.blobs), kind, None)
    upload = Upload(BytesIO(shipped), f"推荐函（示例）{kind.extension}")
    upload_template(session, vault, actor=SYSTEM, now=now, kind=kind, programme="", upload=upload)


def _leave_at_an_older_version(session: Session) -> None:
    """The filing that was opened first began before the version in force."""
    case = session.scalars(_filings().order_by(CaseFile.id)).first()
    assert case is not None, "the demo has no open filing"
    programme = load_catalogue(session).in_force(case.opened_on)[FILING]
    case.programme_version = programme.supersedes or case.programme_version


def _miss_reports(session: Session) -> None:
    """The firm of the portal has not done the reports of its certificate: there are grounds to revoke it."""
    reports = session.scalars(
        select(CaseDuty)
        .join(CaseFile, CaseFile.id == CaseDuty.case_id)
        .join(EnterpriseUser, EnterpriseUser.enterprise_id == CaseFile.enterprise_id)
        .where(EnterpriseUser.login == PORTAL_LOGIN, CaseDuty.code == "annual-report")
    ).all()
    assert reports, "the portal user's firm owes no report"
    for report in reports:
        report.done_on, report.done_at, report.done_by = None, None, ""


def _remember_earlier_years(session: Session, now: datetime) -> None:
    """The firm of the portal applied for its certification before this system was there."""
    enterprise = session.scalars(
        select(Enterprise).join(EnterpriseUser).where(EnterpriseUser.login == PORTAL_LOGIN)
    ).one()
    given = PastCaseInput(programme_code="high-tech-enterprise", year=now.year - 6, result="failed")
    put_past_case(PartChange(session, SYSTEM, enterprise, now), given)


def _merge(database: Database, data: Path, now: datetime) -> None:
    """Two firms stand twice: of the one the two records are one by now, of the other they wait for that."""
    with session_scope(database) as session:
        capitals = (3_000_000_00, 5_000_000_00)
        for number, (name, capital) in enumerate(product(MERGED, capitals), start=CODES_FROM):
            whole = {"uscc": fictional_code(number), "capital_fen": capital}
            firm(session, name, now=now, region_code="429005001", legal_representative="旅途", **whole)
        start_sweep(session, actor=SYSTEM, now=now)
    Worker(JobContext(database, data), kinds_of(HOUSE)).run_waiting()
    with session_scope(database) as session:
        merged, waiting = (_pair_of(session, name) for name in MERGED)
        for pair in (merged, waiting):
            decide(session, actor=SYSTEM, now=now, pair_id=pair.id, decision=DuplicateDecision.SAME)
        one, other = (session.get_one(Enterprise, key) for key in (merged.one_id, merged.other_id))
        given = MergeFirms(survivor_id=one.id, loser_id=other.id, seen=seen_of(one, other))
        merge_firms(session, actor=SYSTEM, now=now, given=given)


def _pair_of(session: Session, name: str) -> DuplicatePair:
    named = Enterprise.name.startswith(name)
    return session.scalars(
        select(DuplicatePair).join(Enterprise, Enterprise.id == DuplicatePair.one_id).where(named)
    ).one()


def telling_firms(database: Database) -> list[str]:
    """The codes of the firm that two records became, and of one whose code waits for confirmation."""
    merged = Enterprise.id.in_(select(FirmMerge.survivor_id))
    with read_scope(database) as session:
        codes = [
            session.scalars(select(Enterprise.uscc).where(each).order_by(Enterprise.id)).first()
            for each in (merged, Enterprise.uscc_confirmed.is_(False))
        ]
    assert all(codes), "the demo lacks a firm that was merged or whose code waits"
    return [code for code in codes if code]


def _filings() -> Select[tuple[CaseFile]]:
    return select(CaseFile).where(CaseFile.programme_code == FILING, CaseFile.state == "open")


def telling_cases(database: Database) -> list[str]:
    """Cases that have everything a case can have: those of the portal user's firm, the first and the last filing."""
    with read_scope(database) as session:
        first, last = (
            session.scalars(_filings().order_by(order)).first() for order in (CaseFile.id, CaseFile.id.desc())
        )
        assert first is not None and last is not None
        return [first.number, last.number, *own_cases(database)]


def _order_cases(session: Session, now: datetime) -> None:
    """Have the server open cases for two firms of the demo's last sweep."""
    sweep = session.scalars(select(Sweep).order_by(Sweep.id.desc())).first()
    assert sweep is not None, "the demo has no sweep"
    wanted = SweepLineFilter("high-tech-enterprise", **of_sweep(SYSTEM, sweep))
    firms = list_firms(Viewer(session, SYSTEM, sweep.on_day), wanted, 2)
    command = OpenCases(enterprise_ids=[firm.id for firm in firms], programme="high-tech-enterprise", year=now.year)
    order_cases(session, actor=SYSTEM, now=now, command=command, origin={"sweep": sweep.id})


def own_cases(database: Database) -> list[str]:
    """The cases of the demo's portal user, which have everything that a case can have."""
    with read_scope(database) as session:
        numbers = session.scalars(
            select(CaseFile.number)
            .join(EnterpriseUser, EnterpriseUser.enterprise_id == CaseFile.enterprise_id)
            .where(EnterpriseUser.login == PORTAL_LOGIN)
            .order_by(CaseFile.id.desc())
            .limit(4)
        ).all()
    assert numbers, "the portal user's firm has no case"
    return list(numbers)
