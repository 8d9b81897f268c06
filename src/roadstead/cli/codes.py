"""Exit codes."""

DONE = 0
OUR_FAULT = 1
BAD_INPUT = 2
STOPPED = 130
"""Ctrl-C, as shells count it"""
