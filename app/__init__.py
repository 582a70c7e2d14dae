"""Yumiao (育苗): how a county science bureau raises ordinary firms into high-tech enterprises."""

__version__ = "0.1.0"
