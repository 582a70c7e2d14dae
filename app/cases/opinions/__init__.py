"""Opinions of other departments on a case: asked, reminded, answered, withdrawn.

Owns `case_opinion`. A department sees the firm's name, the question, the materials shown to it and its own answers, and
nothing else of the case.
"""
