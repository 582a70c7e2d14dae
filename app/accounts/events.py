"""The events of accounts."""

from app.accounts.domain import FIRM_ROLE_LABELS
from app.journal.domain import EventType, EventWords
from app.kit.actor import Role
from app.kit.i18n import N_

EVENT_TYPES = (
    EventType("officer.created", N_("新建用户")),
    EventType("officer.changed", N_("修改用户")),
    EventType("officer.disabled", N_("停用用户")),
    EventType("officer.enabled", N_("启用用户")),
    EventType("officer.password", N_("重置密码")),
    EventType("password.changed", N_("修改自己的密码")),
    EventType("password.refused", N_("修改密码时原密码不正确")),
    EventType("session.opened", N_("登录")),
    EventType("session.closed", N_("退出")),
    EventType("session.refused", N_("登录失败")),
    EventType("client.created", N_("新建接口客户端")),
    EventType("client.secret", N_("更换接口密钥")),
    EventType("client.limited", N_("修改接口客户端的限制")),
    EventType("client.signature_key", N_("更换签名密钥")),
    EventType("client.disabled", N_("停用接口客户端")),
    EventType("invitation.created", N_("邀请企业用户")),
    EventType("invitation.withdrawn", N_("撤回邀请")),
    EventType("invitation.accepted", N_("企业用户开通")),
    EventType("enterprise_user.disabled", N_("停用企业用户")),
    EventType("enterprise_user.role", N_("修改企业用户角色")),
    EventType("enterprise_user.handed_over", N_("移交企业管理员")),
)

FIELD_LABELS = {
    "officer.login": N_("登录名"),
    "officer.name": N_("姓名"),
    "officer.role": N_("角色"),
    "officer.region_prefix": N_("辖区"),
    "officer.section": N_("科室"),
    "officer.phone": N_("电话"),
    "officer.department": N_("所在部门"),
    "officer.disabled_on": N_("停用日期"),
    "enterprise_user.role": N_("角色"),
    "client.allowed_addresses": N_("允许的网段"),
    "client.rate_per_second": N_("每秒调用次数"),
    "client.burst": N_("短时调用上限"),
    "client.signed_only": N_("只接受签名调用"),
}

VALUE_LABELS = {
    "officer.role": {str(role): role.traits.label for role in Role},
    "enterprise_user.role": {str(role): label for role, label in FIRM_ROLE_LABELS.items()},
}

FIELD_VOCABULARIES: dict[str, str] = {"officer.department": "department", "officer.region_prefix": "region"}

WORDS = EventWords(EVENT_TYPES, FIELD_LABELS, VALUE_LABELS, FIELD_VOCABULARIES)
