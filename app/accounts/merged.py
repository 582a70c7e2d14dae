"""What becomes of the accounts of a firm's people when two firms are one: they sign in as before and act for the firm that stays."""

from app.accounts.models import EnterpriseUser, Invitation
from app.enterprises.belongings import Belonging
from app.kit.i18n import N_

BELONGINGS = (
    Belonging(EnterpriseUser, N_("企业账号"), name=lambda row: str(row["login"]), remark=N_("登录方式不变")),
    Belonging(Invitation, N_("账号邀请")),
)
