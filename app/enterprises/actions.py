"""What can be done with the register, and by whom."""

from app.kit.permissions import EDITORS, FIRM_READERS, HEADS, READERS, Action

LIST = Action("enterprise.list", roles=READERS)
READ = Action("enterprise.read", roles=READERS, firm=FIRM_READERS)
CREATE = Action("enterprise.create", roles=EDITORS)
EDIT = Action("enterprise.edit", roles=EDITORS)
CONFIRM_CODE = Action("enterprise.confirm_code", roles=EDITORS)
CHANGE_CODE = Action("enterprise.change_code", roles=HEADS)
MERGE = Action("enterprise.merge", roles=EDITORS)
RETIRE = Action("enterprise.retire", roles=HEADS)
IMPORT = Action("enterprise.import", roles=EDITORS, scope="import:write")
EXPORT = Action("enterprise.export", roles=READERS)
STATE_COMPLETE = Action("enterprise.state_complete", roles=EDITORS, scope="import:write")
