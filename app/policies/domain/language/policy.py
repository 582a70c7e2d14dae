"""A policy, ready to decide: its documents, parameters and conditions, each with its place in the law."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.kit.i18n import Bilingual
from app.policies.domain.facts.catalogue import Catalogue
from app.policies.domain.language import tree


class Confidence(StrEnum):
    """How sure we are that a value is what the document says; the bureau's own settings need no proof."""

    SEEN = "seen"
    SEEN_REPOST = "seen-repost"
    MEMORY_HIGH = "memory-high"
    MEMORY_MEDIUM = "memory-medium"
    MEMORY_LOW = "memory-low"
    INFERRED = "inferred"
    BUREAU = "set-by-bureau"

    @property
    def verified(self) -> bool:
        """Whether a published text was read for it."""
        return self in {Confidence.SEEN, Confidence.SEEN_REPOST, Confidence.BUREAU}


class PolicySubject(StrEnum):
    """Whom a policy is about."""

    ENTERPRISE = "enterprise"
    PERSON = "person"
    FACILITY = "facility"


@dataclass(frozen=True)
class LegalDocument:
    """A document of the law; the day of its issue where it is known."""

    number: str
    title: Bilingual
    issued_on: date | None


@dataclass(frozen=True)
class Reference:
    """A place in a document."""

    document: LegalDocument
    clause: str


@dataclass(frozen=True)
class Parameter:
    """A value that the law sets; `text` as it is written in the file. `node` is what formulas see.

    One that the bureau sets (`set_by_bureau`) has no text: it is a fact of the policy's own, unknown until it is set.
    """

    name: str
    label: Bilingual
    text: str
    node: tree.Named
    reference: Reference
    confidence: Confidence
    set_by_bureau: bool = False


@dataclass(frozen=True)
class Definition:
    """A named formula that several conditions use."""

    name: str
    label: Bilingual
    text: str
    body: tree.Node
    reference: Reference
    confidence: Confidence
    note: Bilingual | None = None


@dataclass(frozen=True)
class Condition:
    """One condition: a test of its own, or parts that must all hold (`all`) or of which one must (`any`)."""

    id: str
    title: Bilingual
    reference: Reference
    confidence: Confidence
    text: str
    test: tree.Node | None = None
    parts: tuple["Condition", ...] = ()
    any_part: bool = False
    note: Bilingual | None = None

    def leaves(self) -> Iterator["Condition"]:
        """The conditions that carry a test."""
        if self.test is not None:
            yield self
        for part in self.parts:
            yield from part.leaves()


@dataclass(frozen=True)
class GradeLevel:
    """What a range of an expert's grade is called."""

    low: int
    high: int
    label: Bilingual


@dataclass(frozen=True)
class ScoredItem:
    """An item of the score in words; `options` are the items of which the best counts.

    `labels` and `bands` go with the node's gradings, one each: what the grading is called, and the band of the measure
    that it stands for. `by` is a comparison whose left side is that measure. `levels` name the ranges of a grade.
    """

    id: str
    title: Bilingual
    reference: Reference
    confidence: Confidence
    node: tree.ScoreItem
    labels: tuple[Bilingual | None, ...] = ()
    bands: tuple[tree.Band | None, ...] = ()
    by: tree.Comparison | tree.RatioComparison | None = None
    levels: tuple[GradeLevel, ...] = ()
    options: tuple["ScoredItem", ...] = ()
    note: Bilingual | None = None


@dataclass(frozen=True)
class ScoredBlock:
    """A block of the score in words."""

    id: str
    title: Bilingual
    reference: Reference
    confidence: Confidence
    node: tree.ScoreBlock
    items: tuple[ScoredItem, ...]
    note: Bilingual | None = None


@dataclass(frozen=True)
class Scoring:
    """How a policy scores; conditions compare `score` with points."""

    title: Bilingual
    node: tree.Score
    blocks: tuple[ScoredBlock, ...]


@dataclass(frozen=True)
class Policy:
    """One version of one policy in one jurisdiction. `uses` are the fact codes it reads, in the catalogue's order.

    `catalogue` has the published facts, and what the bureau sets for this policy as facts of its own.
    """

    code: str
    jurisdiction: str
    version: str
    title: Bilingual
    subject: PolicySubject
    issued_by: Bilingual
    effective_from: date
    effective_to: date | None
    supersedes: str | None
    documents: Mapping[str, LegalDocument]
    parameters: tuple[Parameter, ...]
    definitions: tuple[Definition, ...]
    conditions: tuple[Condition, ...]
    catalogue: Catalogue
    uses: tuple[str, ...]
    scoring: Scoring | None = None
    effective_confidence: Confidence | None = None

    def leaves(self) -> Iterator[Condition]:
        """Every condition with a test, in order."""
        for condition in self.conditions:
            yield from condition.leaves()

    @property
    def settings(self) -> tuple[Parameter, ...]:
        """The parameters that the bureau sets."""
        return tuple(parameter for parameter in self.parameters if parameter.set_by_bureau)

    def accepted_codes(self, fact: str) -> list[tree.ListedIn]:
        """The lists with which the policy compares a fact that is a code."""
        nodes = (node for leaf in self.leaves() if leaf.test for node in tree.walk(leaf.test))
        return [node for node in nodes if isinstance(node, tree.ListedIn) and node.code == fact]
