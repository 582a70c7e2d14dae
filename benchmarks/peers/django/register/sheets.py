"""Firms to and from sheets with import-export, in its ways of bulk."""

from typing import Any

from import_export import resources
from import_export.fields import Field
from import_export.widgets import DateWidget

from register.models import Company


class CompanySheet(resources.ModelResource):
    """What is written out: the columns of Yumiao's list."""

    class Meta:
        model = Company
        fields = ("name", "uscc", "registered_on", "capital_fen", "field_code", "region_code")


class _TakenIn(resources.ModelResource):
    """The eight columns of the list that both sides take in."""

    name = Field("name", "企业名称")
    uscc = Field("uscc", "统一社会信用代码")
    registered_on = Field("registered_on", "注册日期", DateWidget("%Y-%m-%d"))
    kind = Field("kind", "企业类型")
    legal_representative = Field("legal_representative", "法人代表")
    capital_text = Field("capital_text", "注册资金")
    business_scope = Field("business_scope", "经营范围")
    address = Field("address", "注册地址")


class _Bulk:
    model = Company
    fields = (
        "name",
        "uscc",
        "registered_on",
        "kind",
        "legal_representative",
        "capital_text",
        "business_scope",
        "address",
    )
    import_id_fields = ("uscc",)
    use_bulk = True
    batch_size = 1_000
    skip_diff = True


class InsertOnly(_TakenIn):
    """New rows only: nothing is looked up."""

    class Meta(_Bulk):
        force_init_instance = True


class Updating(_TakenIn):
    """Rows that may be there already: each is looked up, what is new is inserted, what is not is updated."""

    class Meta(_Bulk):
        pass


WAYS: dict[str, Any] = {"insert": InsertOnly, "update": Updating}
