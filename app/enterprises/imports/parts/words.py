"""What people write for the codes of vocabularies: code, Chinese and English name, and the usual short forms."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.reference.models import TechnicalField, Term
from app.reference.published import kept

Words = Mapping[str, Mapping[str, str]]

#: Technical fields have a table of their own.
FIELD = "field"
_BLANKS = re.compile(r"[\s\"“”（）()]")
_ALSO: Mapping[str, Mapping[str, str]] = {
    "property_kind": {
        "invention_patent": "发明 发明专利权 发明授权 授权发明 授权发明专利",
        "utility_model": "实用新型 新型 新型专利",
        "design_patent": "外观设计 外观 外观专利",
        "software_copyright": "软著 软件 计算机软件著作权 软件登记 软件著作权登记",
        "plant_variety": "植物新品种权 植物品种",
        "crop_variety": "农作物品种 国审品种",
        "ic_layout": "集成电路布图设计 集成电路布图 布图设计",
    },
    "property_state": {
        "valid": "有权 授权 已授权 授权有效 维持 专利权维持 权利维持 存续 在有效期内",
        "lapsed": "无效 已失效 终止 已终止 专利权终止 权利终止 届满 期限届满 过期 放弃 视为放弃 未缴年费 未缴年费专利权终止 全部无效 撤销",
    },
    "acquisition": {
        "own_research": "自主研发 自主研发（含） 自研 自主 原始取得 原始获得",
        "assignment": "受让 转让 购买 外购",
        "merger": "并购 收购",
    },
    "conversion_form": {
        "licence": "技术许可 许可使用 许可他人使用 专利许可",
        "equity": "作价入股 技术入股 作价投资入股 折股",
        "own_use": "自行投资实施转化 自行转化 自行投资 自主转化 自行实施转化 自行投资实施 自主实施",
        "transfer": "技术转让 转让他人 向他人转让 专利转让",
        "cooperation": "合作转化 合作开发 共同实施 与他人合作 与他人共同实施转化 合作实施转化",
    },
    "standard_level": {
        "international": "国际",
        "national": "国标 国家 国家级",
        "industry": "行标 行业",
        "local": "地标 地方 省标",
        "group": "团标 团体 团体标准化",
    },
    "standard_role": {
        "led": "主持 牵头 主导 主起草 主要起草 主持制定 牵头制定 第一起草 第一起草单位 主笔",
        "participated": "参与 参加 参编 参与制定 参加制定 参与起草 协助",
    },
    "result_origin": {"acquired": "受让 受赠 并购 引进"},
    "certificate_kind": {
        "high-tech-enterprise": "高新技术企业 高企 高新 国家高新技术企业 高新技术企业证书 国高",
        "technology-sme": "科技型中小企业 科小 科技中小 科技型中小 科技型中小企业入库",
        "joint-innovation-centre": "企校联合创新中心 校企联合创新中心 联合创新中心",
        "star-maker-space": "星创天地",
        "maker-space": "众创空间",
    },
    "programme": {
        "high-tech-enterprise": "高新技术企业 高企 国家高新技术企业 高新技术企业申报 高企认定 高企申报 高企重新认定 高新技术企业重新认定 国高",
        "technology-sme": "科技型中小企业 科小 科技中小 科技型中小 科技型中小企业入库 科小入库 科小评价 科技型中小企业评价",
        "joint-innovation-centre": "企校联合创新中心 校企联合创新中心 联合创新中心",
        "star-maker-space": "星创天地",
        "maker-space": "众创空间",
        "new-research-institute": "新型研发机构备案",
        "technical-upgrade-cultivation": "技改扩规提能 技改扩规",
    },
    "past_case_result": {
        "passed": "通过 已通过 认定通过 审核通过 评审通过 通过认定 获批 已获批 已批准 批准 已认定 获认定 认定 予以认定 已入库 入库 已备案 准予备案 已立项 立项 合格 是",
        "failed": "未通过 不通过 没通过 未获批 未批准 不予认定 未认定 未获认定 认定未通过 评审未通过 审核未通过 不予通过 未入库 未备案 未立项 不合格 未入选 落选 否",
        "withdrawn": "撤回 已撤回 主动撤回 企业撤回 撤回申报 撤回申请 撤销申报 放弃 已放弃 放弃申报 主动放弃 自愿放弃",
    },
    "tag": {
        "specialised_sme": "专精特新 专精特新企业 省级专精特新 省级专精特新中小企业",
        "little_giant": "小巨人 专精特新小巨人 国家级专精特新小巨人 小巨人企业 专精特新小巨人企业",
        "single_champion": "单项冠军 制造业单项冠军企业",
        "hidden_champion": "隐形冠军 隐形冠军企业",
        "gazelle": "瞪羚 瞪羚企业",
        "innovative_sme": "创新型中小企业 创新型中小 创新型企业",
        "cultivation_pool": "高企培育 高新技术企业培育库 培育库",
    },
    "compliance_kind": {
        "safety_accident": "安全事故 安全生产事故 生产安全事故",
        "quality_accident": "质量事故 产品质量事故",
        "environmental_violation": "环保 环境 环境保护 环保违法 环保处罚 环境处罚 生态环境 生态环境处罚 环境违法行为 环境行政处罚 环保行政处罚",
        "tax_violation": "税收违法 税务违法 税务处罚 税务行政处罚 重大税收违法 重大税收违法案件 重大税收违法失信主体 重大税收违法失信案件 偷税",
        "tax_arrears": "欠税",
        "administrative_penalty": "行政处罚 其他行政处罚 处罚 行政处罚（其他）",
        "abnormal_operation": "经营异常 经营异常名录 异常名录",
        # A word that fits several offices' lists (失信, 严重失信主体, 黑名单) means none of them: only the market regulator's decides (ADR 0017).
        "serious_dishonesty": "严重违法失信 严重违法失信企业 严重违法失信企业名单 市场监管严重违法失信 市场监督管理严重违法失信名单",
        "judgment_debtor": "失信被执行人 失信被执行人名单",
        "procurement_dishonesty": "政府采购严重违法失信 政府采购严重违法失信行为 政府采购严重违法失信行为记录 政府采购严重违法失信主体",
        "statistics_dishonesty": "统计严重失信 统计上严重失信 统计上严重失信企业 统计失信",
        "wage_arrears": "拖欠农民工工资 拖欠农民工工资失信 拖欠农民工工资黑名单 欠薪 欠薪黑名单 欠薪失信",
    },
    "compliance_severity": {"major": "重大 严重 特别重大 特大", "ordinary": "一般 轻微 较轻"},
}


def folded(text: str) -> str:
    """A word to compare by: half width, no blanks, quotes and brackets, small letters."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).lower()


@kept
def load_words(session: Session, vocabularies: tuple[str, ...]) -> Words:
    """By vocabulary: every word that means a code. Kept, for a sheet opens every register that it might be of."""
    found: dict[str, dict[str, str]] = {name: {} for name in vocabularies}
    for name, codes in _ALSO.items():
        for code, words in codes.items():
            for word in words.split():
                found.setdefault(name, {})[folded(word)] = code
    columns = (Term.vocabulary, Term.code, Term.name_zh, Term.name_en)
    for vocabulary, code, zh, en in session.execute(select(*columns).where(Term.vocabulary.in_(sorted(found)))):
        found[vocabulary] |= {folded(word): code for word in (code, zh, en)}
    if FIELD in vocabularies:
        fields = select(TechnicalField.code, TechnicalField.name_zh, TechnicalField.name_en)
        for code, zh, en in session.execute(fields.where(TechnicalField.disabled_on.is_(None))):
            found[FIELD] |= {folded(word): code for word in (code, zh, en)}
    return found


@kept
def load_term_data(session: Session, vocabularies: tuple[str, ...]) -> Mapping[str, Mapping[str, Any]]:
    """By vocabulary and code: what the code knows about itself."""
    found: dict[str, dict[str, Any]] = {name: {} for name in vocabularies}
    rows = select(Term.vocabulary, Term.code, Term.data).where(Term.vocabulary.in_(vocabularies))
    for vocabulary, code, data in session.execute(rows):
        found[vocabulary][code] = data
    return found


def guess_code(vocabulary: str, titles: str) -> str:
    """The code of a vocabulary that a sheet's name and titles point at, by the longest word in them; "" when none stands there."""
    said = folded(titles)
    if vocabulary in ("certificate_kind", "programme"):
        said = said.replace("高企培育", "").replace("高新技术企业培育", "")
    words = {folded(word): code for code, each in _ALSO.get(vocabulary, {}).items() for word in each.split()}
    return next((words[word] for word in sorted(words, key=len, reverse=True) if len(word) > 1 and word in said), "")
