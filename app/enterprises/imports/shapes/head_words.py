"""Heads that say the same in other words: 成立日 and 成立时间, 公司地址 and 企业地址, 镇办处 and 乡镇, R&D经费支出 and 研发费用."""

import re
from functools import lru_cache

_WHO = r"(?:公司|单位|市场主体|经营主体|纳税人|行政相对人|相对人|当事人|法人单位|企业单位|机构)"
_PAID = r"(?:奖补|奖励|补助|补贴|资助|扶持|兑现|拨付|发放|下达|实拨|实发|支付)"
_SERVED = r"(?:任职|服务|聘任|聘用|挂职|选派|派驻|协议|合作|合同)"
_RD, _COST = r"(?:研发|r&d|研究开发|研究与开发|研究与试验发展|科研)", r"(?:经费|费用|费|投入|支出)"
#: What is written for what, one after the other; the whole head, its beginning or its end.
_SAME = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"的|中文(?=名称)|详细(?=名称|地址)", ""),
        (r"^(?:本|该)(?=企业|公司|单位)", ""),
        (rf"^{_WHO}(?=.)(?!规模)", "企业"),
        (r"(?:联系|联络)?(?:电话号码|电话|手机号码|手机号|手机|移动电话|号码|方式)$", "电话"),
        (r"^(?:联系|联络)(?=电话$)", ""),
        (r"(?<=.)(?:日期|时间|年月日|日)$", "日期"),
        (r"(?:编号|号码|号)$", "号"),
        (r"(?:类型|类别|种类|分类)$", "类别"),
        (r"(?<=..)姓名$", ""),
        (r"^企业(?:全称|全名|名|注册名称|登记名称)$", "企业名称"),
        (r"(?<=产品|标准|成果|专利|软件)名$", "名称"),
        (r"^(?:企业)?法(?:人代表|定代表|定代表人|人)$", "法定代表人"),
        (r"^(?:企业)?(?:电子)?(?:邮箱|邮件|e-?mail)(?:地址)?$", "电子邮箱"),
        (r"^(?:企业)?(?:官网|官方网站|网站|网址|主页)(?:地址)?$", "企业网址"),
        (r"^(?:企业)?(?:注册|登记)?(?:地址|住所)$", "注册地址"),
        (r"^注册资(?:本金?|金)$", "注册资本"),
        (r"^(?:企业)?(?:注册|登记)?成立日期$", "成立日期"),
        (rf"^(?:企业)?{_RD}(?:活动)?{_COST}{_COST}?(?:总额|总计|合计|总数|额)?$", "研发费用"),
        (r"^(?:企业)?(?:主营业务|主营|营业|销售)收入(?:总额|总计|合计|额)?$", "营业收入"),
        (r"^(?:企业)?(?:年末|期末)?(?:总资产|资产)(?:总额|总计|合计|额)?$", "资产总额"),
        (r"^(?:企业)?(?:年末|期末)?净资产(?:总额|总计|合计|额)?$", "净资产"),
        (
            r"^(?:企业)?(?:在职|在岗)?(?:职工|员工|从业人员)(?:(?:全年|年|月)?平均)?(?:总数|总人数|人数|人员数|数)?$",
            "职工人数",
        ),
        (
            r"^(?:企业)?(?:研发|r&d|研究开发|科技活动|科技|科研)人员(?:(?:全年|年|月)?平均)?(?:总数|总人数|人数|数)?$",
            "科技人员数",
        ),
        (rf"^{_PAID}(?:资金|经费)?(?:事项|项目|类别|名称|政策)(?:名称)?$", "奖补事项"),
        (rf"^{_PAID}(?:资金|经费)?(?:金额|数额|额|资金|经费|款)$", "奖补金额"),
        (rf"^{_PAID}(?:资金|经费)?日期$", "拨付日期"),
        (rf"^{_SERVED}(?:起始|开始|起)日期$", "起始日期"),
        (rf"^{_SERVED}(?:结束|终止|截止|届满|到期|止)日期$", "终止日期"),
        (r"^(?:派出|选派|所在|依托|推荐)(?:高校科研院所|高校院所|科研院所|高校|院校|院所|高等院校)$", "派出单位"),
    )
)
_PLACE = re.compile(r"(?:企业)?(?:所属|所在|注册|属地)?(?:地)?[县市区]?(?=.*[乡镇街])[乡镇街道办事处区场、及或/]+")
_EITHER, _CODE = re.compile(r"[/或、]"), re.compile(r"信用代?码")
_DOMESTIC, _ABROAD = "境内委托研发费用", "境外委托研发费用"
_TRAILING = re.compile(r"(?:基本)?(?:信息|情况|资料|数据|明细)$")
_PERSONS = {
    "专家": re.compile(r"专家|专员|特派员|副总|人才|科技人员|选派人员|派出人员|服务人员"),
    "联系人": re.compile(r"联系人|联络人|联络员|联系方式|联络方式"),
}


def plain_words(name: str) -> tuple[str, ...]:
    """A bare head in plain words: as a whole, then each of the names that it offers, as 职称/职务 does."""
    return tuple(dict.fromkeys(plain_word(part) for part in (name, *_EITHER.split(name)) if part))


@lru_cache(maxsize=8_192)
def plain_word(name: str) -> str:
    """A bare head in the words by which its like are compared; heads that mean the same have the same."""
    if _CODE.search(name):
        return "统一社会信用代码"
    if _PLACE.fullmatch(name):
        return "乡镇"
    if "委托" in name and ("境内" in name) != ("境外" in name):
        return _DOMESTIC if "境内" in name else _ABROAD
    for pattern, word in _SAME:
        name = pattern.sub(word, name)
    return name


def plain_group(group: str) -> str:
    """The head of a group without what says only that it is one, and the person it is about in one word."""
    bare = _TRAILING.sub("", group)
    return next((word for word, like in _PERSONS.items() if like.search(bare)), bare)
