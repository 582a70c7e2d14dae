"""Lists of firms taken into the register."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.enterprises.imports.decisions import Deciding, confirm
from app.enterprises.imports.domain import RowOutcome
from app.enterprises.imports.models import ImportRun
from app.enterprises.imports.queries import get_row
from app.enterprises.imports.reasons import RowReason
from app.enterprises.models import Enterprise, FormerName
from app.enterprises.schemas import EnterpriseEdit
from app.enterprises.search_index import matching
from app.enterprises.service.editing import edit
from app.journal.models import JournalEvent
from app.journal.queries import find_breach
from app.kit.actor import Actor, ActorKind, Role
from app.kit.bulk import FEW
from app.kit.db import Database, read_scope, session_scope
from app.kit.errors import Conflict, Invalid
from tests.factories.enterprises import fictional_code, wrong_code
from tests.factories.lists import HEADER, firm_row, firm_rows, messy_rows, write_list
from tests.support.imports import NOW, Importer

OFFICER = Actor(ActorKind.OFFICER, 1, "李晓（示例）", Role.CASEWORKER, "429005")


def texts(importer: Importer, import_id: int, outcome: RowOutcome) -> dict[int, str]:
    return {
        row.row_number: " ".join(str(RowReason.from_json(kept)) for kept in row.reasons)
        for row in importer.rows(import_id, outcome)
    }


def events(database: Database) -> list[JournalEvent]:
    with read_scope(database) as session:
        return list(session.scalars(select(JournalEvent).where(JournalEvent.subject_kind == "enterprise")))


@pytest.mark.parametrize("shape", ["utf-8", "utf-8-sig", "gb18030", "xlsx"])
def test_a_list_is_taken_in_whole(importer: Importer, database: Database, tmp_path: Path, shape: str) -> None:
    name = "list.xlsx" if shape == "xlsx" else "list.csv"
    path = write_list(tmp_path / name, firm_rows(30), encoding="utf-8" if shape == "xlsx" else shape)
    import_id = importer.take_in(path)
    assert importer.counts(import_id) == {"created": 30}
    firm = importer.firm(fictional_code(3))
    assert firm.name == "园林精密3号有限公司（示例）"
    assert (firm.registered_on, firm.kind, firm.legal_representative) == (date(2013, 3, 4), "有限责任公司", "张**")
    assert (firm.capital_fen, firm.capital_currency, firm.capital_text) == (4_000_000, "CNY", "4(万元)")
    assert firm.region_code == "429005001" and firm.uscc_confirmed and firm.edited_fields == {}
    assert (firm.capital_key, firm.registered_key) == (4_000_000, date(2013, 3, 4))
    with read_scope(database) as session:
        run = session.get_one(ImportRun, import_id)
        assert (run.encoding, run.total) == ("" if shape == "xlsx" else shape, 30)
        found = matching(session, "精密3号")
        assert found is not None
        assert session.scalars(select(Enterprise.uscc).where(found)).all() == [fictional_code(3)]
    assert len(events(database)) == 30


def test_the_same_list_again_changes_nothing(importer: Importer, database: Database, tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", [*firm_rows(10), firm_row(11, 统一社会信用代码=wrong_code(11))])
    importer.take_in(path)
    before = events(database)
    stood = [importer.firm(fictional_code(n)).version for n in range(1, 11)]
    assert importer.counts(importer.take_in(path)) == {"unchanged": 10, "queued": 1}
    assert len(events(database)) == len(before)
    assert [importer.firm(fictional_code(n)).version for n in range(1, 11)] == stood


def test_every_row_has_its_outcome_and_reason(importer: Importer, tmp_path: Path) -> None:
    import_id = importer.take_in(write_list(tmp_path / "list.csv", messy_rows()))
    assert importer.counts(import_id) == {"created": 3, "queued": 1, "rejected": 4}
    rejected = texts(importer, import_id, RowOutcome.REJECTED)
    assert "15 位" in rejected[5]
    assert rejected[6] == "与第 2 行的代码重复，不同之处：注册资金 “2(万元)” → “99(万元)”。"
    assert rejected[7] == "没有企业名称。"
    assert "“O”" in rejected[9]
    assert "校验位不符" in texts(importer, import_id, RowOutcome.QUEUED)[4]
    assert importer.firm(fictional_code(2)).name == "园林精密2号有限公司（示例）"


def test_an_unreadable_cell_stays_empty_and_its_text_is_kept(importer: Importer, tmp_path: Path) -> None:
    import_id = importer.take_in(
        write_list(
            tmp_path / "list.csv", [firm_row(7, 注册日期="2021-02-30", 注册资金="1,0000000(万)", 企业类型="长" * 200)]
        )
    )
    firm = importer.firm(fictional_code(7))
    assert (firm.registered_on, firm.kind, firm.capital_fen) == (None, "", None)
    assert firm.unread_cells == {"registered_on": "2021-02-30", "kind": "长" * 200}
    assert (firm.capital_text, firm.capital_remark) == ("1,0000000(万)", "千分位写法有误，保留原文。")
    assert "2021-02-30" in texts(importer, import_id, RowOutcome.CREATED)[2]
    again = importer.take_in(write_list(tmp_path / "b.csv", [firm_row(7, 注册日期="2021-02-28", 注册资金="1,000(万)")]))
    assert importer.counts(again) == {"changed": 1}
    firm = importer.firm(fictional_code(7))
    assert (firm.registered_on, firm.unread_cells, firm.capital_fen) == (date(2021, 2, 28), {}, 1_000_000_000)
    assert (firm.kind, firm.capital_remark) == ("有限责任公司", "")


def test_only_name_and_code_are_required(importer: Importer, tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", [["示例甲（示例）", fictional_code(1)]], ["企业名称", "统一社会信用代码"])
    assert importer.counts(importer.take_in(path)) == {"created": 1}
    firm = importer.firm(fictional_code(1))
    assert (firm.region_code, firm.capital_fen, firm.registered_on) == ("", None, None)


def test_a_doubtful_code_is_taken_in_flagged_when_asked(importer: Importer, tmp_path: Path) -> None:
    path = write_list(tmp_path / "list.csv", [firm_row(3, 统一社会信用代码=wrong_code(3))])
    assert importer.counts(importer.take_in(path, accept=True)) == {"created": 1}
    firm = importer.firm(wrong_code(3))
    assert not firm.uscc_confirmed
    assert importer.counts(importer.take_in(path)) == {"unchanged": 1}


def test_a_changed_cell_is_one_event_and_an_empty_one_takes_nothing_away(
    importer: Importer, database: Database, tmp_path: Path
) -> None:
    importer.take_in(write_list(tmp_path / "a.csv", firm_rows(2)))
    renamed = firm_row(1, 企业名称="泽口精密有限公司（示例）", 注册地址="")
    rows = [[*renamed, "园林精密1号有限公司（示例）"], [*firm_row(2, 注册资金="8万美元", 经营范围=""), ""]]
    path = write_list(tmp_path / "b.csv", rows, (*HEADER, "曾用名"))
    assert importer.counts(importer.take_in(path)) == {"changed": 2}
    one, two = importer.firm(fictional_code(1)), importer.firm(fictional_code(2))
    assert one.address and two.business_scope
    assert (two.capital_fen, two.capital_currency, two.capital_text) == (8_000_000, "USD", "8万美元")
    with read_scope(database) as session:
        assert session.scalars(select(FormerName.name)).all() == ["园林精密1号有限公司（示例）"]
    changed = [event for event in events(database) if event.type == "enterprise.changed_by_import"]
    assert len(changed) == 2
    assert changed[0].changes["name"] == ["园林精密1号有限公司（示例）", "泽口精密有限公司（示例）"]


def test_a_name_that_contradicts_its_code_waits_and_renames_nothing(
    importer: Importer, database: Database, tmp_path: Path
) -> None:
    importer.take_in(write_list(tmp_path / "a.csv", firm_rows(3)))
    rows = [
        firm_row(1, 企业名称="园林精密2号有限公司（示例）", 法人代表="李**"),
        firm_row(2, 企业名称="泽口渔业合作社（示例）", 法人代表="李**"),
        firm_row(3, 企业名称="湖北省潜江市园林精密3号有限责任公司(示例)"),
    ]
    import_id = importer.take_in(write_list(tmp_path / "b.csv", rows), actor=OFFICER)
    assert importer.counts(import_id) == {"changed": 1, "queued": 2}
    told = texts(importer, import_id, RowOutcome.QUEUED)
    assert f"另一家企业（{fictional_code(2)}）的名称" in told[2]
    assert "“园林精密2号有限公司（示例）”，与名单上的“泽口渔业合作社（示例）”不符" in told[3]
    for number in (1, 2):
        firm = importer.firm(fictional_code(number))
        assert (firm.name, firm.legal_representative) == (f"园林精密{number}号有限公司（示例）", "张**")


def test_a_second_company_of_the_same_name_waits_until_somebody_looked(importer: Importer, tmp_path: Path) -> None:
    importer.take_in(write_list(tmp_path / "first.csv", [firm_row(1)]))
    same = firm_row(1, 统一社会信用代码=fictional_code(2))
    import_id = importer.take_in(write_list(tmp_path / "second.csv", [same]), actor=OFFICER)
    assert importer.counts(import_id) == {"queued": 1}
    assert f"同名企业“{same[0]}”（{fictional_code(1)}）" in texts(importer, import_id, RowOutcome.QUEUED)[2]
    with session_scope(importer.database) as session:
        run = session.get_one(ImportRun, import_id)
        confirm(Deciding(session, OFFICER, run, get_row(session, run, 0, 2), NOW), "已核对营业执照")
    assert importer.firm(fictional_code(2)).name == same[0]


def test_a_former_name_in_a_list_takes_the_firm_not_its_name_back(importer: Importer, tmp_path: Path) -> None:
    header = (*HEADER, "曾用名")
    importer.take_in(write_list(tmp_path / "a.csv", [[*firm_row(1), "龙湾机械厂（示例）"]], header))
    rows = [firm_row(1, 企业名称="龙湾机械厂（示例）", 法人代表="李**")]
    import_id = importer.take_in(write_list(tmp_path / "b.csv", rows))
    assert importer.counts(import_id) == {"changed": 1}
    firm = importer.firm(fictional_code(1))
    assert (firm.name, firm.legal_representative) == ("园林精密1号有限公司（示例）", "李**")
    assert "是曾用名" in texts(importer, import_id, RowOutcome.CHANGED)[2]


def test_a_field_edited_here_is_shown_and_not_overwritten(
    importer: Importer, database: Database, tmp_path: Path
) -> None:
    importer.take_in(write_list(tmp_path / "a.csv", [firm_row(1)]))
    with session_scope(database) as session:
        firm = session.scalars(select(Enterprise)).one()
        values = {
            name: getattr(firm, name) for name in ("kind", "legal_representative", "business_scope", "region_code")
        }
        given = EnterpriseEdit.model_validate(
            values | {"name": firm.name, "version": firm.version, "address": "园林大道9号", "capital": "600"}
        )
        edit(session, actor=OFFICER, enterprise=firm, given=given, now=NOW)
    import_id = importer.take_in(write_list(tmp_path / "b.csv", [firm_row(1, 企业类型="股份有限公司")]))
    assert importer.counts(import_id) == {"differs": 1}
    (row,) = importer.rows(import_id)
    assert row.differences["address"] == ["园林大道9号", "潜江市园林办事处示例路1号"]
    assert row.differences["capital_fen"][0]["capital_fen"] == 600_000_000
    assert row.differences["capital_fen"][1]["capital_fen"] == 2_000_000
    firm = importer.firm(fictional_code(1))
    assert (firm.address, firm.capital_fen, firm.kind) == ("园林大道9号", 600_000_000, "股份有限公司")
    again = importer.take_in(tmp_path / "b.csv")
    with read_scope(database) as session:
        assert [session.get_one(ImportRun, number).written for number in (import_id, again)] == [1, 0]


def test_former_names_come_along_and_find_the_firm(importer: Importer, database: Database, tmp_path: Path) -> None:
    header = (*HEADER, "曾用名")
    importer.take_in(write_list(tmp_path / "a.csv", [[*firm_row(1), "龙湾机械厂（示例）；泽口机械厂（示例）"]], header))
    import_id = importer.take_in(write_list(tmp_path / "b.csv", [[*firm_row(1), "浩口机械厂（示例）"]], header))
    assert importer.counts(import_id) == {"changed": 1}
    with read_scope(database) as session:
        for words in ("龙湾机械", "泽口机械", "浩口机械"):
            found = matching(session, words)
            assert found is not None
            assert session.scalar(select(func.count()).select_from(Enterprise).where(found)) == 1
    assert importer.counts(
        importer.take_in(write_list(tmp_path / "b.csv", [[*firm_row(1), "浩口机械厂（示例）"]], header))
    ) == {"unchanged": 1}


def test_an_officer_takes_in_only_the_own_region(importer: Importer, tmp_path: Path) -> None:
    rows = [
        firm_row(1),
        firm_row(2, 地区="武汉", 注册地址="武汉市东西湖区长青办事处六顺路7号"),
        firm_row(3, 所在省份="", 地区="", 注册地址="示例路3号"),
    ]
    import_id = importer.take_in(write_list(tmp_path / "a.csv", rows), actor=OFFICER)
    assert importer.counts(import_id) == {"created": 2, "rejected": 1}
    assert "辖区之外" in texts(importer, import_id, RowOutcome.REJECTED)[3]
    assert importer.firm(fictional_code(3)).region_code == "429005"
    assert "暂归" in texts(importer, import_id, RowOutcome.CREATED)[4]
    again = importer.take_in(write_list(tmp_path / "b.csv", rows[2:]), actor=OFFICER)
    assert texts(importer, again, RowOutcome.UNCHANGED) == {2: ""}


def test_a_firm_of_another_region_is_not_touched(importer: Importer, tmp_path: Path) -> None:
    elsewhere = firm_row(1, 地区="武汉", 注册地址="武汉市东西湖区长青办事处六顺路7号")
    importer.take_in(write_list(tmp_path / "a.csv", [elsewhere]))
    import_id = importer.take_in(write_list(tmp_path / "b.csv", [firm_row(1)]), actor=OFFICER)
    assert importer.counts(import_id) == {"rejected": 1}
    assert importer.firm(fictional_code(1)).region_code.startswith("4201")


def test_payloads_are_kept_as_the_text_they_are(importer: Importer, database: Database, tmp_path: Path) -> None:
    payloads = [
        "=cmd|' /C calc'!A0",
        "<script>alert(1)</script>",
        "'; drop table enterprise; --",
        "{{ 7*7 }}",
        "%(n)s %s",
    ]
    rows = [
        firm_row(n, 企业名称=f"{text}（示例）", 法人代表=text, 经营范围=text, 注册资金=text, 注册日期=text)
        for n, text in enumerate(payloads, start=1)
    ]
    import_id = importer.take_in(write_list(tmp_path / "a.csv", rows))
    assert importer.counts(import_id) == {"created": 5}
    for number, text in enumerate(payloads, start=1):
        firm = importer.firm(fictional_code(number))
        assert (firm.legal_representative, firm.business_scope, firm.capital_text) == (text, text, text)
        assert firm.unread_cells == {"registered_on": text}
    with read_scope(database) as session:
        assert find_breach(session) is None


def test_the_example_row_of_a_template_is_not_taken_in(importer: Importer, tmp_path: Path) -> None:
    from app.enterprises.imports.blank_lists import blank_list
    from app.enterprises.imports.domain import ImportKind

    path = tmp_path / "template.xlsx"
    path.write_bytes(blank_list(ImportKind.ENTERPRISES, xlsx=True))
    import_id = importer.take_in(path)
    assert importer.counts(import_id) == {"rejected": 1}
    assert texts(importer, import_id, RowOutcome.REJECTED)[2] == "这是模板里的示例行，不导入。"


def test_a_list_without_its_columns_or_started_twice_is_refused(importer: Importer, tmp_path: Path) -> None:
    import_id = importer.upload(write_list(tmp_path / "a.csv", [["甲（示例）"]], ["企业名称"]))
    with pytest.raises(Invalid, match="统一社会信用代码"):
        importer.start(import_id)
    import_id = importer.upload(write_list(tmp_path / "b.csv", firm_rows(1)))
    importer.start(import_id)
    with pytest.raises(Conflict):
        importer.start(import_id)


def test_the_newest_doubt_supersedes_the_older_one(importer: Importer, tmp_path: Path) -> None:
    path = write_list(tmp_path / "a.csv", [firm_row(3, 统一社会信用代码=wrong_code(3))])
    first, second = importer.take_in(path), importer.take_in(path)
    assert [importer.rows(number)[0].decision for number in (first, second)] == ["superseded", ""]


def test_a_batch_is_compared_in_the_same_few_queries(
    importer: Importer, tmp_path: Path, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    def queries(rows: list[list[str]], name: str) -> int:
        path = write_list(tmp_path / name, rows)
        importer.take_in(path)
        with count_queries() as seen:
            importer.take_in(path)
        return len(seen)

    assert queries(firm_rows(400, 1_000), "many.csv") == queries(firm_rows(FEW + 10, 100), "few.csv")


def test_the_journal_stays_whole(importer: Importer, database: Database, tmp_path: Path) -> None:
    importer.take_in(write_list(tmp_path / "a.csv", messy_rows()))
    with read_scope(database) as session:
        assert find_breach(session) is None
