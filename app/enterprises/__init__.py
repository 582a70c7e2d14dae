"""Enterprises: the register of firms — identity, yearly figures, property, products, compliance, contacts, search.

Owns `enterprise` and every table hanging on it. A firm is its unified social credit code; old codes and former names
keep resolving; nothing is deleted while something points at it (`disabled_on`); a code whose check character does not
fit is kept only with a person's reason; every change is one journal event of the enterprise; unknown is never zero.
"""
