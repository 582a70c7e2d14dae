"""What one list tells twice of a firm, what is computed and what a day alone says: none of it is written anew on each import."""

from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.enterprises.imports.domain import ImportKind
from app.enterprises.imports.parts.registers import CERTIFICATE
from app.enterprises.models import Certificate
from tests.factories.enterprises import fictional_code, firm
from tests.factories.workbooks import Grid, write_grids
from tests.support.imports import Importer
from tests.support.taking import Hand, told

HEAD = ["企业名称", "统一社会信用代码", "注册地址", "法定代表人", "证书类别", "证书编号", "发证日期"]
NAME, CODE = "泽口两证有限公司（示例）", fictional_code(1)
TWICE = Grid(
    [
        HEAD,
        [NAME, CODE, "潜江市泽口街道示例路1号", "", "高新技术企业", "GR201942000001", "2019-11-15"],
        [NAME, CODE, "潜江市泽口街道示例路9号", "江某", "高新技术企业", "GR202042000002", "2020-11-15"],
    ]
)


def test_of_a_firm_told_twice_the_first_stands(importer: Importer, tmp_path: Path) -> None:
    path = write_grids(tmp_path / "高企名单.xlsx", {"高企名单": TWICE})
    taken = importer.take_in(path, ImportKind.WORKBOOK)
    assert importer.counts(taken) == {"created": 2}
    one = importer.firm(CODE)
    assert (one.address, one.legal_representative) == ("潜江市泽口街道示例路1号", "江某")
    second = importer.rows(taken)[1]
    assert [reason["code"] for reason in second.reasons] == ["repeat.firm"]
    assert second.reasons[0]["params"] == {
        "row": 2,
        "differences": "地址 “潜江市泽口街道示例路1号” → “潜江市泽口街道示例路9号”",
    }
    again = importer.take_in(path, ImportKind.WORKBOOK)
    assert importer.counts(again) == {"unchanged": 2}
    assert importer.firm(CODE).version == one.version


def test_a_computed_day_never_contradicts_one_that_was_told(session: Session) -> None:
    one = firm(session)
    cells = {"uscc": one.uscc, "kind": "高企", "number": "GR202299001000", "issued_on": "2022-04-14"}
    hand = Hand(session, CERTIFICATE)
    assert told(hand.take([cells | {"expires_on": "2025-12-31"}])) == ["created"]
    assert told(hand.take([cells])) == ["unchanged"]
    assert session.scalars(select(Certificate.expires_on)).one() == date(2025, 12, 31)
    assert told(hand.take([cells | {"expires_on": "2025-04-13"}])) == ["differs"], "a told one does"


def test_a_day_of_striking_off_alone_says_that_it_was(importer: Importer, tmp_path: Path) -> None:
    rows = [
        ["企业名称", "统一社会信用代码", "注销日期", "经营状态"],
        [NAME, CODE, "2020-05-06", ""],
        ["泽口吊销有限公司（示例）", fictional_code(2), "2020-05-06", "吊销"],
    ]
    path = write_grids(tmp_path / "名单.xlsx", {"企业名单": Grid(rows)})
    taken = importer.take_in(path, ImportKind.WORKBOOK)
    firms = [importer.firm(fictional_code(n)) for n in (1, 2)]
    assert [(each.business_status, each.business_status_on) for each in firms] == [
        ("struck_off", date(2020, 5, 6)),
        ("revoked", date(2020, 5, 6)),
    ]
    assert [[reason["code"] for reason in row.reasons] for row in importer.rows(taken)] == [["status.by_day"], []]
    rows[0][2], rows[1][1] = "状态日期", fictional_code(3)
    rows[1][0] = "泽口状态有限公司（示例）"
    importer.take_in(write_grids(tmp_path / "另一份.xlsx", {"企业名单": Grid(rows)}), ImportKind.WORKBOOK)
    assert importer.firm(fictional_code(3)).business_status == "", "of what kind the change was, that head does not say"
