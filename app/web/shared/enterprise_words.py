"""How codes of a firm read: vocabularies, fields, parks, places; asked once for a whole page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from sqlalchemy.orm import Session

from app.enterprises.models import Certificate, Enterprise, EnterpriseTag
from app.enterprises.queries import GONE
from app.kit.actor import Actor
from app.kit.i18n import _
from app.kit.money import FEN_PER_WAN, format_wan
from app.programmes.queries import load_catalogue
from app.reference.models import TechnicalField
from app.reference.published import kept
from app.reference.queries import (
    Choice,
    label_of,
    list_fields,
    list_parks,
    list_region_names,
    list_regions_within,
    list_terms,
)

Choices = tuple[tuple[str, str], ...]
Badge = tuple[str, str]

NOTHING = "—"
_COUNTY_DIGITS = 6
VOCABULARIES = (
    "scale",
    "business_status",
    "currency",
    "tag",
    "certificate_kind",
    "property_kind",
    "property_state",
    "acquisition",
    "figure_basis",
    "figure_source",
    "compliance_kind",
    "compliance_severity",
    "standard_level",
    "standard_role",
    "result_kind",
    "result_origin",
    "result_outcome",
    "conversion_form",
    "past_case_result",
)


@dataclass(frozen=True)
class EnterpriseWords:
    """The words of the register in the reader's language."""

    terms: Mapping[str, list[Choice]]
    fields: tuple[TechnicalField, ...] = ()
    parks: Choices = ()
    programmes: Choices = ()

    @cached_property
    def _labels(self) -> Mapping[tuple[str, str], str]:
        return {(name, choice.code): choice.label for name, items in self.terms.items() for choice in items}

    @cached_property
    def _fields(self) -> Mapping[str, str]:
        return {row.code: label_of(row) for row in self.fields}

    @cached_property
    def _parks(self) -> Mapping[str, str]:
        return dict(self.parks)

    @cached_property
    def tag_order(self) -> Mapping[str, int]:
        """The place of each tag in its vocabulary."""
        return {choice.code: place for place, choice in enumerate(self.terms["tag"])}

    def label(self, vocabulary: str, code: str) -> str:
        """How a code reads; the code itself when it is not on file."""
        return self._labels.get((vocabulary, code), code)

    def choices(self, vocabulary: str) -> Choices:
        """The entries of a vocabulary, to choose from."""
        return tuple((choice.code, choice.label) for choice in self.terms[vocabulary])

    def choices_of(self, vocabulary: str) -> Choices:
        """What a field is chosen from: a vocabulary, the technical fields, the parks, the programmes."""
        if vocabulary == "field":
            return self.field_choices
        own = {"park": self.parks, "programme": self.programmes}
        return own[vocabulary] if vocabulary in own else self.choices(vocabulary)

    def field_label(self, code: str) -> str:
        """A technical field as `新材料 · 精细和专用化学品`."""
        top = self._fields.get(f"{code[:1]}0", "") if code else ""
        return top if len(code) <= 2 else f"{top} · {self._fields.get(code, code)}"

    def field_short(self, code: str) -> str:
        """The narrowest name of a technical field."""
        return self._fields.get(code, code)

    @cached_property
    def field_choices(self) -> Choices:
        """The fields, level 2 indented under level 1."""
        return tuple((row.code, label_of(row) if row.level == 1 else f"　{label_of(row)}") for row in self.fields)

    def park_label(self, code: str) -> str:
        """A park's name."""
        return self._parks.get(code, code)


@kept
def words(session: Session) -> EnterpriseWords:
    """Every vocabulary of the register."""
    parks = tuple((park.code, label_of(park)) for park in list_parks(session))
    programmes = tuple((code, str(each.title)) for code, each in load_catalogue(session).known().items())
    return EnterpriseWords(list_terms(session, *VOCABULARIES), tuple(list_fields(session)), parks, programmes)


def in_one_county(actor: Actor) -> bool:
    """Whether all that the actor sees lies in one county."""
    return len(actor.region_prefix) >= _COUNTY_DIGITS


def region_choices(session: Session, actor: Actor) -> Choices:
    """The divisions to choose from for an officer of one county; empty when the region is too broad for a list."""
    if not in_one_county(actor):
        return ()
    return tuple((region.code, region.name) for region in list_regions_within(session, actor.region_prefix, 80))


def place_of(session: Session, enterprise: Enterprise) -> str:
    """Where the firm lies, in words."""
    return list_region_names(session, [enterprise.region_code]).get(enterprise.region_code, "")


def capital_text(enterprise: Enterprise, known: EnterpriseWords) -> str:
    """The registered capital as people write it, with what was written when it could not be read."""
    if enterprise.capital_fen is None:
        return enterprise.capital_text
    currency = enterprise.capital_currency
    unit = _("万元") if currency in ("", "CNY") else _("万") + known.label("currency", currency)
    return f"{format_wan(enterprise.capital_fen)} {unit}"


def wan_text(fen: int | None) -> str:
    """An amount in 万元 to two decimals, for reading; the exact one is a click away. Unknown is a dash."""
    if fen is None:
        return NOTHING
    rounded = (Decimal(fen) / FEN_PER_WAN).quantize(Decimal("0.01"))
    return f"{rounded:,f}".rstrip("0").rstrip(".")


def above_scale_text(value: bool | None) -> str:
    """规上 in words; unknown is unknown."""
    return {True: _("规上"), False: _("规下"), None: ""}[value]


def gone_badge(enterprise: Enterprise, known: EnterpriseWords) -> Badge | None:
    """That a firm is struck off, without a licence or moved away: lists of candidates leave it out, so it is seen wherever it is in."""
    if enterprise.business_status not in GONE:
        return None
    return "late", known.label("business_status", enterprise.business_status)


def status_badges(enterprise: Enterprise, known: EnterpriseWords) -> tuple[Badge, ...]:
    """What must be seen at once: retired, gone, a code that waits."""
    found: list[Badge] = []
    if (gone := gone_badge(enterprise, known)) is not None:
        found.append(gone)
    if enterprise.disabled_on is not None:
        found.append(("idle", _("已停用")))
    if not enterprise.uscc_confirmed:
        found.append(("wait", _("代码待确认")))
    return tuple(found)


def certificate_badge(certificate: Certificate, known: EnterpriseWords, on: date, soon_days: int = 180) -> Badge:
    """A valid certificate with its last day; amber when it ends soon."""
    label = known.label("certificate_kind", certificate.kind)
    if certificate.expires_on is None:
        return "good", label
    ends_soon = (certificate.expires_on - on).days <= soon_days
    text = _("%(label)s，至 %(day)s") % {"label": label, "day": certificate.expires_on.isoformat()}
    return ("wait" if ends_soon else "good"), text


def tag_texts(tags: Iterable[EnterpriseTag], known: EnterpriseWords, on: date) -> tuple[str, ...]:
    """The tags that hold on `on`, in the vocabulary's order."""
    order = known.tag_order
    holding = [tag for tag in tags if tag.expires_on is None or tag.expires_on >= on]
    return tuple(known.label("tag", tag.tag) for tag in sorted(holding, key=lambda tag: order.get(tag.tag, 99)))
