"""What can be done with experts and agreements, and by whom."""

from app.kit.permissions import EDITORS, FIRM_READERS, READERS, Action

LIST = Action("commissioners.list", roles=READERS, scope="export:read")
READ = Action("commissioners.read", roles=READERS, firm=FIRM_READERS, scope="export:read")
EXPORT = Action("commissioners.export", roles=READERS)
CREATE = Action("commissioners.create", roles=EDITORS)
EDIT = Action("commissioners.edit", roles=EDITORS)
RETIRE = Action("commissioners.retire", roles=EDITORS)
AGREE = Action("commissioners.agree", roles=EDITORS)
#: The whole telephone number is for those who arrange the service; everybody else sees it masked.
READ_PHONE = Action("commissioners.read_phone", roles=EDITORS)
