"""What may be done with the documents of a firm, and by whom. Departments open only what an opinion shows them."""

from app.kit.permissions import EDITORS, FIRM_EDITORS, FIRM_READERS, READERS, Action

READ = Action("files.read", READERS, firm=FIRM_READERS)
KEEP = Action("files.keep", EDITORS, firm=FIRM_EDITORS)
