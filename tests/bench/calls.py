"""Calls to trace, others beside them, and an end in an exception: `calls.py TRACED OTHERS` or `calls.py fail`."""

import sys


def traced(number):
    return number + 1


def other(number):
    return number + 1


def fail(prices):
    return sum(prices) / (len(prices) - 3)


if sys.argv[1] == 'fail':
    fail([1, 2, 3])
for _ in range(int(sys.argv[1])):
    traced(1)
for _ in range(int(sys.argv[2])):
    other(1)
