"""Exit codes."""

DONE = 0
OUR_FAULT = 1
BAD_INPUT = 2
NO_ANSWER = 3
"""no catalogue that was asked answered; what is in the case is as it was"""
STOPPED = 130
"""Ctrl-C, as shells count it"""
