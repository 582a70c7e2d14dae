"""The tabs of 数据交换: every page of the exchange shows them, with the one it belongs to marked."""

from dataclasses import dataclass

from app.kit.i18n import N_, _

#: Code, address and name, in the order of a day's work.
_PAGES = (
    ("overview", "/exchange", N_("概况")),
    ("handovers", "/exchange/handovers", N_("报送批次")),
    ("waiting", "/exchange/waiting", N_("待处理")),
    ("receipts", "/exchange/receipts", N_("回执")),
    ("reconciling", "/exchange/reconciling", N_("对账")),
    ("dictionary", "/exchange/dictionary", N_("数据字典")),
    ("clients", "/exchange/clients", N_("接口客户端读取")),
)


@dataclass(frozen=True)
class ExchangeTab:
    """One tab."""

    label: str
    url: str
    active: bool
    count: str | None = None


def exchange_tabs(active: str, **counts: str) -> tuple[ExchangeTab, ...]:
    """All tabs, the one of the code `active` marked; `counts` gives a tab (by its code) a number."""
    return tuple(ExchangeTab(_(label), url, code == active, counts.get(code)) for code, url, label in _PAGES)
