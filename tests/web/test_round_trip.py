"""A list that goes out and comes back untouched changes nothing; an edited one changes what was edited."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.config import Settings
from app.enterprises.imports.models import ImportRun
from app.enterprises.imports.runner import counts_of
from app.enterprises.models import Enterprise
from app.enterprises.schemas import EnterpriseEdit
from app.enterprises.service.editing import edit
from app.jobs.run import JobContext, kinds_of
from app.jobs.worker import Worker
from app.journal.models import JournalEvent
from app.kit.actor import SYSTEM
from app.kit.tabular import open_table, write_csv, write_xlsx
from app.reference.models import TechnicalField
from tests.factories.enterprises import NOW, fictional_code, firm
from tests.factories.lists import CAPITALS, HEADER, firm_row
from tests.support.client import Client

SignIn = Callable[..., Client]
COLUMNS = "&".join(
    f"cols={code}"
    for code in ("region", "park", "field", "industry", "tags", "certificate", "scale", "above_scale", "registered",
                 "capital", "legal", "address", "updated")
)  # fmt: skip


@pytest.fixture
def take_in(app: Any, settings: Settings, sign_in: SignIn, session: Session) -> Callable[[bytes, str], dict[str, int]]:
    """Uploads a file and takes it in; the counts that are not zero."""
    worker = Worker(JobContext(app.state.database, settings.data_dir), kinds_of(app.state.database.composition))

    def do(content: bytes, name: str) -> dict[str, int]:
        client = sign_in()
        answer = client.submit("/imports/new", {"kind": "enterprises"}, to="/imports", files={"file": (name, content)})
        client.submit(str(answer.headers["location"]), to="/start")
        worker.run_waiting()
        session.expire_all()
        run = session.scalars(select(ImportRun).order_by(ImportRun.id.desc())).first()
        assert run is not None
        return {name: number for name, number in counts_of(run).items() if number}

    return do


@pytest.fixture
def register(session: Session, take_in: Callable[[bytes, str], dict[str, int]]) -> int:
    """Firms from lists and by hand, with every odd capital, name and day; how many."""
    header = (*HEADER, "所属行业", "技术领域", "企业规模", "规上企业")
    odd = [firm_row(n, 注册资金=text) for n, text in enumerate(CAPITALS, start=1)]
    odd += [
        firm_row(60, 企业名称="ＡＢＣ（潜江） 科技 有限公司（示例）", 法人代表="=1+1"),
        firm_row(61, 注册日期="2015年3月1日", 注册资金="12345.678912万元"),
        firm_row(62, 注册日期="1999-12-31", 注册地址="", 注册资金="100万元人民币"),
        firm_row(63, 注册地址="+86 示例路", 注册资金="999999999.999999(万元)"),
    ]
    rows = [[*row, ("", "农业", "3511")[n % 3], "", ("", "小型")[n % 2], ("", "是", "否")[n % 3]]
            for n, row in enumerate(odd)]  # fmt: skip
    assert take_in(b"".join(write_csv(rows, header)), "a.csv") == {"created": len(rows)}
    field = session.scalars(select(TechnicalField.code).where(func.length(TechnicalField.code) > 2)).first()
    session.execute(update(Enterprise).where(Enterprise.uscc == fictional_code(60)).values(field_code=field))
    for number in range(70, 80):
        one = firm(session, f"泽口手工{number}号", uscc=fictional_code(number), address="潜江市泽口街道示例路9号")
        capital = (None, "600", "0.5", "1234567.89")[number % 4]
        given = EnterpriseEdit.model_validate(
            {"name": one.name, "version": one.version, "capital": capital, "region_code": "429005001",
             "registered_on": date(2001, 2, 3), "address": one.address}
        )  # fmt: skip
        edit(session, actor=SYSTEM, enterprise=one, given=given, now=NOW)
    return len(rows) + 10


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@pytest.mark.parametrize("columns", ["", COLUMNS], ids=["usual", "all"])
def test_an_untouched_export_changes_nothing(
    sign_in: SignIn,
    session: Session,
    register: int,
    take_in: Callable[[bytes, str], dict[str, int]],
    ending: str,
    columns: str,
) -> None:
    answer = sign_in().get(f"/enterprises/export.{ending}?{columns}")
    assert take_in(answer.content, f"企业库.{ending}") == {"unchanged": register}
    changed = select(func.count()).select_from(JournalEvent).filter_by(type="enterprise.changed_by_import")
    assert session.scalar(changed) == 0


def test_an_edited_cell_is_the_only_change(
    sign_in: SignIn, session: Session, register: int, take_in: Callable[[bytes, str], dict[str, int]], tmp_path: Path
) -> None:
    path = tmp_path / "out.xlsx"
    path.write_bytes(sign_in().get(f"/enterprises/export.xlsx?{COLUMNS}").content)
    head, *rows = [row.cells for row in open_table(path).sheets[0].rows()]
    at = next(n for n, row in enumerate(rows) if row[1] == fictional_code(62))
    rows[at][head.index("注册资本（万元）")] = "150"
    assert take_in(write_xlsx(rows, head), "b.xlsx") == {"changed": 1, "unchanged": register - 1}
    one = session.scalars(select(Enterprise).filter_by(uscc=fictional_code(62))).one()
    assert (one.capital_fen, one.capital_text) == (150_000_000, "150")
