"""A program to step through: the debug benchmarks stop in its loop."""


def total_of(prices):
    total = 0
    for price in prices:
        total += price
    return total


print(total_of(range(1_000_000)))
