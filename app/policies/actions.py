"""What may be done with policies and verdicts, and by whom."""

from app.kit.permissions import EDITORS, FIRM_EDITORS, HEADS, OVERSEERS, READERS, Action

READ = Action("policies.read", READERS)
READ_VERDICT = Action("policies.read_verdict", READERS)
STATE_FACT = Action("policies.state_fact", EDITORS)
STATE_OWN_FACT = Action("policies.state_own_fact", firm=FIRM_EDITORS)
OVERRIDE = Action("policies.override", OVERSEERS)
SET_PARAMETER = Action("policies.set_parameter", HEADS)
PUBLISH = Action("policies.publish", HEADS)
WHAT_IF = Action("policies.what_if", READERS)
EVALUATE = Action("policies.evaluate", scope="policies:evaluate")
PULL_VERDICTS = Action("policies.pull_verdicts", scope="export:read")
