"""How a list looks: its address, the controls of its filters, chips, heads, columns, export, kept views, and a page for all that.

What the list is stands below (`app.kit.lists`, and the `lists.py` of a slice). See docs/how-to/add-a-list.md.
"""
