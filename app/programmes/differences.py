"""What changed between two versions of a programme, in the words of its page."""

from app.kit.differences import Element, Elements, SectionChanges, compare_sections
from app.kit.i18n import _
from app.programmes.descriptions import CitedPlace, Section, VocabularyNames, cited_places, describe
from app.programmes.domain.definition import Programme
from app.programmes.words import LEVELS


def compare(before: Programme, after: Programme, names: VocabularyNames) -> tuple[SectionChanges, ...]:
    """The sections in the order of the page, in the current language; those that neither version has are left out."""
    about = [(Section("about", _("基本情况"), (), ()), _about(before, names), _about(after, names))]
    tables = zip(describe(before, names), describe(after, names), strict=True)
    pairs = [*about, *((new, _elements(old), _elements(new)) for old, new in tables)]
    cites = {_("依据"), _("把握程度")}
    return tuple(
        compare_sections(section.code, section.title, old, new, cites) for section, old, new in pairs if old or new
    )


def _about(programme: Programme, names: VocabularyNames) -> Elements:
    certificate = programme.certificate
    validity = certificate.validity_years if certificate else None
    fields = {
        _("名称"): str(programme.title),
        _("简介"): str(programme.summary),
        _("级别"): _(LEVELS[programme.level]),
        _("主管单位"): str(programme.authority),
        _("依据的政策"): _("、").join(programme.policies),
        _("证书"): names.certificates.get(certificate.kind, certificate.kind) if certificate else "",
        _("证书有效期"): _("%(n)s 年") % {"n": validity} if validity else "",
    }
    return {"about": Element(_("基本情况"), fields | _rests_on(cited_places(programme, programme)))}


def _elements(section: Section) -> Elements:
    return {
        row.code: Element(
            row.cells[0],
            {
                label: cell
                for at, (label, cell) in enumerate(zip(section.columns, row.cells, strict=True))
                if at not in section.derived and cell
            }
            | _rests_on(row.citations),
        )
        for row in section.rows
    }


def _rests_on(citations: tuple[CitedPlace, ...]) -> dict[str, str]:
    if not citations:
        return {}
    return {
        _("依据"): _("；").join(f"{item.document} {item.clause}".strip() for item in citations),
        _("把握程度"): _("；").join(item.confidence for item in citations),
    }
