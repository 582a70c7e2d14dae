"""Records with only some of their fields: what is not asked for is not even read."""

from functools import lru_cache

from app.exchange.records import RecordPlan, plan_records
from app.kit.errors import Invalid
from app.kit.i18n import _


def narrowed(plan: RecordPlan, names: str) -> RecordPlan:
    """`plan` with the fields of `names` (separated by commas) and the key, in the order of the definition.

    Raises `Invalid` naming the fields that the records do not have.
    """
    wanted = frozenset(name.strip() for name in names.split(","))
    known = {field.name for field in plan.definition.fields}
    unknown = sorted(wanted - known)
    if unknown:
        message = _("没有这些字段：%(names)s。") % {"names": "、".join(name[:60] or "—" for name in unknown)}
        raise Invalid("fields.unknown", message, {"fields": message})
    return _with_fields(plan, wanted | {plan.definition.key})


@lru_cache(maxsize=64)
def _with_fields(plan: RecordPlan, wanted: frozenset[str]) -> RecordPlan:
    """Whoever asks for a part asks for it again and again; the statements of the plan are kept with it."""
    fields = tuple(field for field in plan.definition.fields if field.name in wanted)
    return plan_records(plan.resource, plan.definition.model_copy(update={"fields": fields}), plan.source)
