"""What may be done with policies and verdicts, and by whom."""

from app.kit.permissions import EDITORS, READERS, Action

READ = Action("policies.read", READERS)
READ_VERDICT = Action("policies.read_verdict", READERS)
STATE_FACT = Action("policies.state_fact", EDITORS)
EVALUATE = Action("policies.evaluate", scope="policies:evaluate")
PULL_VERDICTS = Action("policies.pull_verdicts", scope="export:read")
