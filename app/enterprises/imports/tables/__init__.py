"""The tables of a sheet as registers understand them: what their blank cells mean, which stand beside or below each other."""
