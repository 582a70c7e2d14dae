"""Heads that mean the same in other words, and others that only look alike."""

import pytest

from app.enterprises.imports.shapes.head_words import plain_group, plain_word, plain_words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("公司地址", "企业住所"),
        ("纳税人名称", "单位详细名称"),
        ("法定代表人姓名", "法人"),
        ("授权公告日", "授权公告日期"),
        ("所属镇办处", "乡镇街道"),
        ("r&d经费支出", "研究开发费用"),
        ("从业人员平均人数", "职工总数"),
        ("补助金额", "奖补资金"),
        ("任职开始时间", "协议起始日期"),
        ("统一信用码", "统一社会信用代码"),
    ],
)
def test_alike(one: str, other: str) -> None:
    assert plain_word(one) == plain_word(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("营业总收入", "营业收入"),  # with interest and premiums it is more
        ("期末从业人员", "从业人员平均人数"),
        ("r&d经费内部支出", "研发费用"),
        ("所在地区", "所在乡镇"),
        ("公司规模", "企业规模"),
        ("开户银行", "银行账号"),
    ],
)
def test_not_alike(one: str, other: str) -> None:
    assert plain_word(one) != plain_word(other)


def test_a_head_may_offer_two_names_and_a_group_a_person() -> None:
    assert plain_words("职称/职务") == ("职称/职务", "职称", "职务")
    assert (plain_group("特派员信息"), plain_group("联系方式"), plain_group("基本情况")) == ("专家", "联系人", "")
