"""The enterprises' door: where we stand, what is needed, by when; and the public status look-up.

Purpose: thin routes and page builders in plain words, phone first.
Tables owned: none.
Invariants: an enterprise user reaches strictly the own enterprise; strangers reach only public routes.
"""
