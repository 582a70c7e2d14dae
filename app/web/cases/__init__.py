"""Pages of cases: list, board, record and the forms of its panels; the other departments' door."""
