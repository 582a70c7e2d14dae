"""The same register of firms as somebody writes it with Django: admin, REST framework, import-export. Runs in its own environment."""
