"""Random workbooks of several registers, about a few firms that are named again and again."""

from hypothesis import strategies as st

from tests.factories.enterprises import fictional_code
from tests.factories.workbooks import Grid

FIRMS = st.integers(1, 3)
WORDS = st.sampled_from(["甲", "乙", ""])
DAYS = st.sampled_from(["2020-12-01", "2019-03-05", ""])
AMOUNTS = st.sampled_from(["", "12.5", "3820", "40"])


def rows(head: list[str], *cells: st.SearchStrategy[str]) -> st.SearchStrategy[Grid]:
    """A sheet: each row names a firm by code and name."""

    def row(parts: tuple[int, list[str]]) -> list[str]:
        number, rest = parts
        return [f"园林精密{number}号有限公司（示例）", fictional_code(number), *rest]

    made = st.tuples(FIRMS, st.tuples(*cells).map(list)).map(row)
    head = ["企业名称", "统一社会信用代码", *head]
    return st.lists(made, min_size=1, max_size=4).map(lambda found: Grid([head, *found]))


SHEETS = {
    "企业名单": rows(["法定代表人", "注册地址"], WORDS, WORDS),
    "联系人": rows(["联系人", "职务", "联系电话"], st.sampled_from(["周某（示例）", "吴某（示例）"]), WORDS, st.sampled_from(["10012345678", ""])),
    "年度数据": rows(["年度", "营业收入（万元）", "净资产（万元）"], st.sampled_from(["2019", "2020"]), AMOUNTS, AMOUNTS),
    "科技成果转化": rows(["成果名称", "年度"], st.sampled_from(["成果一", "成果二"]), st.just("2020")),
    "专精特新": rows(["认定日期", "有效期至"], DAYS, st.just("")),
    "奖补资金发放": rows(
        ["奖补项目", "年度", "金额（万元）", "拨付日期"], st.sampled_from(["甲奖励", "乙奖励"]), st.just("2020"), st.just("10"), DAYS
    ),
    "历年申报": rows(
        ["申报类型", "申报年度", "批次", "申报结果", "结果日期"],
        st.sampled_from(["高企", "科小"]), st.just("2018"), WORDS, st.sampled_from(["通过", "专家评审", ""]), DAYS,
    ),
    "专家服务协议": rows(
        ["专家姓名", "专家单位", "专项", "协议编号", "服务期限", "服务内容"],
        st.sampled_from(["熊少南（示例）", "易行谷（示例）"]),
        st.just("江汉平原大学（示例）"),
        st.just("湖北专项"),
        st.sampled_from(["示例001", "示例002"]),
        st.just("2023.01.23—2025.01.23"),
        WORDS,
    ),
}  # fmt: skip
WORKBOOKS = st.fixed_dictionaries(
    {"企业名单": SHEETS["企业名单"]}, optional={k: v for k, v in SHEETS.items() if k != "企业名单"}
)
