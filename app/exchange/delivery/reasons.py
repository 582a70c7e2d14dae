"""Why a call or a record failed, in words for whoever runs the exchange; the kept error is `code: what the other side said`."""

from collections.abc import Mapping
from datetime import timedelta

from app.kit.i18n import N_
from app.kit.reasons import kept_error, reported_error

REASONS: Mapping[str, str] = {
    "unreachable": N_("连接不上对方服务器"),
    "tls": N_("对方服务器的证书不受信任或已过期"),
    "timeout": N_("对方服务器没有在规定时间内应答"),
    "dropped": N_("对方服务器中途断开了连接"),
    "unsigned": N_("对方的应答没有签名"),
    "skew": N_("对方应答的时间与本机相差太大"),
    "signature": N_("对方应答的签名不正确"),
    "content_type": N_("对方的应答不是约定的格式"),
    "unreadable": N_("对方的应答不完整，读不懂"),
    "too_large": N_("对方的应答过大"),
    "refused": N_("对方不认可本机的密钥或签名"),
    "unknown": N_("对方没有登记这一批次"),
    "conflict": N_("对方已有同一批次号的另一份清单"),
    "oversized": N_("对方认为内容过大"),
    "invalid": N_("对方认为内容不合格式"),
    "busy": N_("对方要求稍后再送"),
    "server": N_("对方服务器出错"),
    "status": N_("对方服务器拒绝了请求"),
    "missing": N_("对方应答里没有这条记录的回执"),
    "receipts": N_("对方有读不懂的回执"),
    "certificate_expired": N_("对方的证书已到期，已停止推送；请上传新的证书"),
    "certificate_early": N_("对方的证书还没有到有效期，已停止推送"),
    "certificate_missing": N_("对方的证书还没有上传，不能推送"),
    "key_missing": N_("还没有与对方约定密钥，不能推送"),
    "key_unreadable": N_("与对方约定的密钥无法打开（部署的 secret 已更换），请更换密钥"),
    "stopped": N_("本机正在停止，调用被中断"),
    "error": N_("推送时程序出错"),
}


class CallError(Exception):
    """A call that brought nothing. `pause`: how long the partner asked us to wait; `text`: what it answered, cut."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        status: int | None = None,
        text: str = "",
        pause: timedelta | None = None,
    ) -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail
        self.status, self.text, self.pause = status, text, pause
        self.took_ms = 0

    @property
    def kept(self) -> str:
        """As kept with the partner, the call and the record."""
        return kept_error(self.code, self.detail)


def reason(error: str) -> str:
    """A kept error as people read it; empty for none."""
    return reported_error(error, REASONS)
