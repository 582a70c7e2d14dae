"""What the journal tells about partners; none of it is fed to anyone."""

from app.exchange.partners.domain import TRANSPORT_LABELS
from app.journal.domain import EventType, EventWords
from app.kit.i18n import N_

EVENT_TYPES = (
    CREATED := EventType("partner.created", N_("新建交换对方")),
    CHANGED := EventType("partner.changed", N_("修改交换对方")),
    KEY_MADE := EventType("partner.key", N_("更换交换密钥")),
    CERTIFICATE_KEPT := EventType("partner.certificate", N_("上传对方证书")),
    DISABLED := EventType("partner.disabled", N_("停用交换对方")),
    ENABLED := EventType("partner.enabled", N_("启用交换对方")),
    RESUMED := EventType("partner.resumed", N_("提前恢复推送")),
    VERSIONS_RAISED := EventType("partner.versions", N_("恢复备份后提高记录版本")),
)

FIELD_LABELS = {
    "partner.name": N_("名称"),
    "partner.definition": N_("字段映射"),
    "partner.definition_version": N_("映射版本"),
    "partner.transport": N_("传输方式"),
    "partner.region_prefix": N_("辖区"),
    "partner.resources": N_("报送内容"),
    "partner.follows": N_("自动报送变化"),
    "partner.base_url": N_("接口地址"),
    "partner.client_id": N_("回调客户端"),
    "partner.certificate_until": N_("证书有效期至"),
    "partner.version_lift": N_("版本起点"),
}

VALUE_LABELS = {"partner.transport": {str(transport): label for transport, label in TRANSPORT_LABELS.items()}}

FIELD_VOCABULARIES: dict[str, str] = {"partner.region_prefix": "region"}

WORDS = EventWords(EVENT_TYPES, FIELD_LABELS, VALUE_LABELS, FIELD_VOCABULARIES)
