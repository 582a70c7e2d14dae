"""One firm with the fields of Yumiao's list, and an index for each order and each filter that is asked for."""

from django.db import models


class Company(models.Model):
    uscc = models.CharField(max_length=18, unique=True)
    uscc_confirmed = models.BooleanField(default=True)
    name = models.CharField(max_length=200, db_index=True)
    registered_on = models.DateField(null=True, blank=True)
    kind = models.CharField(max_length=120, blank=True, default="")
    capital_fen = models.BigIntegerField(null=True, blank=True)
    capital_currency = models.CharField(max_length=3, blank=True, default="")
    capital_text = models.CharField(max_length=120, blank=True, default="")
    legal_representative = models.CharField(max_length=80, blank=True, default="")
    industry_code = models.CharField(max_length=8, blank=True, default="")
    field_code = models.CharField(max_length=8, blank=True, default="", db_index=True)
    field_detail = models.CharField(max_length=200, blank=True, default="")
    region_code = models.CharField(max_length=12, blank=True, default="", db_index=True)
    park_code = models.CharField(max_length=40, blank=True, default="")
    address = models.CharField(max_length=400, blank=True, default="")
    business_scope = models.TextField(blank=True, default="")
    scale = models.CharField(max_length=20, blank=True, default="")
    above_scale = models.BooleanField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "company"
        indexes = [models.Index(fields=["capital_fen", "id"]), models.Index(fields=["registered_on", "id"])]

    def __str__(self) -> str:
        return self.name
