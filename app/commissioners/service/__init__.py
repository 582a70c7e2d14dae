"""Use cases: the expert's own record in `people`, agreements in `agreements`."""
