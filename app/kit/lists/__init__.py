"""What a list is: whose rows, what narrows them, in which orders they come. Without addresses, words or HTTP.

A slice declares it in its `lists.py`: a frozen dataclass whose fields are the filters (`filters`), and a `ListSource` over it (`source`).
How a list looks and what stands in its address is declared over that, in a door (`app.doors.lists`).
"""
