"""The registers of records below a firm, as sheets can hold them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy.orm import Session

from app.enterprises import schemas
from app.enterprises.imports.figure.register import guess_year
from app.enterprises.imports.parts import certificates, penalties, properties, tags
from app.enterprises.imports.parts.cells import CellTables
from app.enterprises.imports.parts.kinds import PartKind, PartReading
from app.enterprises.imports.parts.taker import PartTaker
from app.enterprises.imports.parts.words import Words, guess_code, load_term_data, load_words
from app.enterprises.imports.registers import GivenField, ImportedRegister, IntakeContext, list_terms_to_choose
from app.enterprises.imports.undo import parts as undo
from app.enterprises.service import records
from app.kit.i18n import N_

_YEAR = GivenField("year", lambda _session: (), guess_year)


_REVERSALS = {
    each.code: each
    for each in (
        undo.CONTACT,
        undo.PROPERTY,
        undo.PRODUCT,
        undo.CONVERSION,
        undo.STANDARD,
        undo.COMPLIANCE,
        undo.CERTIFICATE,
        undo.TAG,
    )
}


def _given(name: str, vocabulary: str, default: str = "") -> GivenField:
    return GivenField(name, list_terms_to_choose(vocabulary), partial(guess_code, vocabulary), default)


def opening(
    kind: PartKind, taker: type[PartTaker], own_words: Callable[[Session], Words] = lambda _session: {}
) -> Callable[[Session, IntakeContext], PartTaker]:
    """How its taker is opened; `own_words` are those of vocabularies that no reference table has."""

    def open_(session: Session, intake: IntakeContext) -> PartTaker:
        terms = load_term_data(session, kind.vocabularies)
        words = dict(load_words(session, kind.vocabularies))
        words |= {name: {**words.get(name, {}), **own} for name, own in own_words(session).items()}
        cells = CellTables(words, intake.today)
        return taker(kind, PartReading(intake, cells, terms))

    return open_


def _register(
    kind: PartKind, label: str, words: Sequence[str], *given: GivenField, taker: type[PartTaker] = PartTaker
) -> ImportedRegister:
    circumstances = tuple(each.field for each in given)
    open_ = opening(kind, taker)
    return ImportedRegister(
        kind.code,
        label,
        kind.columns,
        tuple(words),
        open_,
        given=given,
        circumstances=circumstances,
        reversal=_REVERSALS[kind.part.code],
    )


CONTACT = replace(
    _register(
        PartKind("contact", records.CONTACT, schemas.ContactInput, ("name",)),
        N_("联系人"),
        ("联系人", "通讯录", "联络员", "联系方式"),
    ),
    companion=True,
)
PROPERTY = _register(
    PartKind(
        "property",
        records.PROPERTY,
        schemas.PropertyInput,
        ("kind_code", "number"),
        properties.finish,
        properties.spelled,
    ),
    N_("知识产权"),
    ("知识产权", "专利", "软件著作权", "软著"),
    _given("kind_code", "property_kind"),
    taker=properties.PropertyTaker,
)
PRODUCT = _register(
    PartKind("product", records.PRODUCT, schemas.ProductInput, ("year", "name")),
    N_("产品（服务）"),
    ("产品", "高新技术产品", "高品"),
    _YEAR,
)
CONVERSION = _register(
    PartKind("conversion", records.CONVERSION, schemas.ConversionInput, ("title",)),
    N_("成果转化"),
    ("成果转化", "科技成果", "转化登记"),
    _YEAR,
)
STANDARD = _register(
    PartKind("standard", records.STANDARD, schemas.StandardInput, ("title",)),
    N_("标准"),
    ("标准制定", "制定标准", "标准情况", "标准"),
    _YEAR,
)
COMPLIANCE = _register(
    PartKind(
        "compliance",
        records.COMPLIANCE,
        schemas.ComplianceInput,
        ("happened_on", "kind", "summary"),
        penalties.finish,
    ),
    N_("合规事件"),
    ("行政处罚", "处罚", "事故", "失信", "经营异常", "违法", "拖欠农民工工资", "欠税"),
    _given("kind", "compliance_kind"),
    _given("severity", "compliance_severity"),
)
CERTIFICATE = _register(
    PartKind(
        "certificate",
        records.CERTIFICATE,
        schemas.CertificateInput,
        ("kind", "number"),
        certificates.finish,
        chosen=frozenset({"kind", "number", "issued_on", "expires_on", "revoked_on"}),
        needed=frozenset({"number"}),
    ),
    N_("证书"),
    ("证书", "高企名单", "高新技术企业名单", "高新技术企业", "备案", "认定名单"),
    _given("kind", "certificate_kind"),
    taker=certificates.CertificateTaker,
)
HIGH_TECH_CERTIFICATE = _register(
    PartKind(
        "high_tech_certificate",
        records.CERTIFICATE,
        schemas.CertificateInput,
        ("kind", "number"),
        certificates.finish,
        fixed={"kind": "high-tech-enterprise"},
        chosen=frozenset({"high_tech_number", "issued_on", "expires_on", "revoked_on"}),
        needed=frozenset({"high_tech_number"}),
    ),
    N_("高企证书"),
    (),
    taker=certificates.CertificateTaker,
)
TECHNOLOGY_SME = _register(
    PartKind(
        "technology_sme",
        records.CERTIFICATE,
        schemas.CertificateInput,
        ("kind", "number"),
        certificates.finish,
        fixed={"kind": "technology-sme"},
        chosen=frozenset({"sme_number", "listed_on"}),
        needed=frozenset({"sme_number"}),
        made=frozenset({"expires_on"}),
    ),
    N_("科技型中小企业入库"),
    ("科小", "科技型中小企业", "入库登记"),
    taker=certificates.CertificateTaker,
)
#: A column of tags tells records by itself.
TAG = replace(
    _register(
        PartKind("tag", records.TAG, schemas.TagInput, ("tag",), tags.finish, fixed_back=frozenset({"tag"})),
        N_("企业标签"),
        ("专精特新", "小巨人", "单项冠军", "瞪羚", "隐形冠军", "培育库", "标签", "荣誉"),
        _given("tag", "tag"),
        taker=tags.TagTaker,
    ),
    circumstances=(),
)
