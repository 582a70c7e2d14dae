"""The slices put together: the list of them, and what is made of all of them together. Owns no table.

A composition is an object that whoever starts the house makes and hands on: databases and their sessions carry it, the application
keeps it in its state. Nothing is registered in a module.
"""
