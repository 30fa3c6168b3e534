"""Calls to trace, others beside them, told in milliseconds: `calls.py TRACED OTHERS`; or an end in an exception: `calls.py fail`."""

import sys
import time


def traced(number):
    return number + 1


def other(number):
    return number + 1


def fail(prices):
    return sum(prices) / (len(prices) - 3)


if sys.argv[1] == 'fail':
    fail([1, 2, 3])
began = time.perf_counter()
for _ in range(int(sys.argv[1])):
    traced(1)
for _ in range(int(sys.argv[2])):
    other(1)
print((time.perf_counter() - began) * 1000)
