"""What a policy leaves to the bureau: each such parameter is a fact of the policy's own, unknown until it is set."""

from app.kit.i18n import Bilingual
from app.policies.domain.facts.catalogue import Catalogue, FactDefinition
from app.policies.domain.language import tree
from app.policies.domain.language.files import ParameterEntry, PolicyFile
from app.policies.domain.language.policy import Condition
from app.policies.domain.language.verdict import Finding, Measure
from app.policies.domain.values.units import Unit

#: Where such a fact is supplied: the policy's settings.
SETTING = "setting"

_WHO = Bilingual(zh="市局", en="the bureau")
_WHEN = Bilingual(zh="申请时有效的设定", en="the setting in force at the application")
_GREATEST_SHARE = 10
"""A bureau may ask for a growth of more than 100 %."""


def with_settings(file: PolicyFile, catalogue: Catalogue) -> Catalogue:
    """The catalogue, and after it what the bureau sets for this policy."""
    own = {name: _fact(name, entry) for name, entry in file.parameters.items() if entry.set_by_bureau is not None}
    return {**catalogue, **own}


def awaits_bureau(condition: Condition, finding: Finding, catalogue: Catalogue) -> bool:
    """Whether what `condition` asks for is left to the bureau, which has not set it yet."""
    asked = finding.required.value if finding.required else None
    return asked is not None and not asked.exact and reads_setting(condition, catalogue)


def gap_known(condition: Condition, finding: Finding, catalogue: Catalogue) -> Measure | None:
    """How much is lacking; where the bureau has yet to set what is asked, only what is lacking whatever it sets."""
    gap = finding.gap
    if gap is None or gap.exact:
        return gap
    unset = reads_setting(condition, catalogue) if condition.parts else awaits_bureau(condition, finding, catalogue)
    return gap_at_least(gap) if unset else gap


def gap_at_least(gap: Measure) -> Measure | None:
    """What is lacking whatever the bureau sets."""
    if gap.exact:
        return gap
    return gap._replace(high=None) if gap.low else None


def reads_setting(condition: Condition, catalogue: Catalogue) -> bool:
    """Whether `condition` reads anything that is left to the bureau."""
    tests = (leaf.test for leaf in condition.leaves() if leaf.test is not None)
    read = (node for test in tests for node in tree.walk(test, into_score=False) if isinstance(node, tree.Fact))
    return any(catalogue[fact.code].supplied_at == SETTING for fact in read)


def _fact(name: str, entry: ParameterEntry) -> FactDefinition:
    unit = entry.set_by_bureau or Unit.NUMBER
    return FactDefinition(
        code=name,
        label=entry.label,
        unit=unit,
        at_most=_GREATEST_SHARE if unit is Unit.SHARE else None,
        period=_WHEN,
        source=_WHO,
        said_by=_WHO,
        supplied_at=SETTING,
    )
