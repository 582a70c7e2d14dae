"""What becomes of the documents of the evidence vault when two firms are one: all of them follow, also those that say the same."""

from app.enterprises.belongings import Belonging
from app.files.models import Document
from app.kit.i18n import N_

BELONGINGS = (Belonging(Document, N_("证据材料"), name=lambda row: str(row["title"]), remark=N_("全部保留")),)
