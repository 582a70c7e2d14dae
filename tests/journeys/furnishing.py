"""What the demo lacks of a bureau's life, so that every page has something to show: an import with open decisions, an award."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import EnterpriseUser
from app.cases.models import CaseFile
from app.cases.schemas import OpenCases
from app.cases.service.opening_many import order_cases
from app.demo.accounts import PORTAL_LOGIN
from app.incentives.domain.steps import State
from app.incentives.models import Incentive
from app.incentives.schemas import StepInput
from app.incentives.service.steps import advance
from app.kit.actor import SYSTEM
from app.kit.clock import today
from app.kit.db import Database, read_scope, session_scope
from app.policies.models import Sweep
from app.policies.sweeps.queries import LineFilter, list_firms

_LIST = """企业名称,统一社会信用代码,注册日期
旅途甲机电有限公司（示例）,91429099MA4WALK01A,2015-03-02
旅途乙材料有限公司（示例）,91429099MA4WALK02B,2016-04-12
旅途丙有限公司（示例）,91429099,2017-05-20
"""


def furnish(database: Database, folder: Path, environment: dict[str, str], now: datetime) -> None:
    """Import a list whose codes wait or are taken in flagged, award the first recommended incentive, open cases from a sweep."""
    for name, options in (("flagged.csv", ["--accept-unconfirmed"]), ("waiting.csv", [])):
        path = folder / name
        path.write_text(_LIST if not options else _LIST.replace("WALK", "FLAG"), encoding="utf-8")
        command = [
            sys.executable,
            "-c",
            "from app.cli import main; main()",
            "import",
            "enterprises",
            str(path),
            *options,
        ]
        done = subprocess.run(command, env=environment, check=False, capture_output=True, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()
    with session_scope(database) as session:
        incentive = session.scalars(select(Incentive).order_by(Incentive.id)).first()
        assert incentive is not None, "the demo has no incentive"
        given = StepInput(happened_on=today(now), amount="50000", document="虚构文件（示例）")
        advance(session, actor=SYSTEM, incentive=incentive, step=State.AWARDED, given=given, now=now)
        _order_cases(session, now)


def _order_cases(session: Session, now: datetime) -> None:
    """Have the server open cases for two firms of the demo's last sweep."""
    sweep = session.scalars(select(Sweep).order_by(Sweep.id.desc())).first()
    assert sweep is not None, "the demo has no sweep"
    firms = list_firms(session, SYSTEM, sweep, LineFilter("high-tech-enterprise"), 2)
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
        ).all()
    assert numbers, "the portal user's firm has no case"
    return list(numbers)
