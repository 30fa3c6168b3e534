import os
import signal
import sys
import threading
import time


def total_of(prices):
    total = 0
    for price in prices:
        total += price  # mark: add
    return total  # mark: total


def basic():
    prices = [1, 2, 39]
    total = total_of(prices)  # mark: call
    print("total", total)  # mark: after
    return 3


def down(n):
    if n == 0:
        return 0  # mark: bottom
    return 1 + down(n - 1)


def deep():
    sys.setrecursionlimit(5000)
    return down(1000) - 1000


def many():
    items = [2 * n for n in range(10000)]
    return items[1] - 2  # mark: many


def text():
    name = "žluť 🐎 中文"
    huge = "x" * 100000
    return int(name[0] == huge[0])  # mark: text


def fails():
    nowhere = None
    return nowhere.value  # mark: fails


def threads():
    gate = threading.Barrier(4)
    done = threading.Event()

    def work(number):
        gate.wait()
        done.wait()

    workers = [threading.Thread(target=work, args=(n,)) for n in range(3)]
    for worker in workers:
        worker.start()
    gate.wait()
    time.sleep(0.05)
    met = 4  # mark: threads
    done.set()
    for worker in workers:
        worker.join()
    return met - 4


def child():
    pid = os.fork()
    if pid == 0:
        os.write(1, b"child\n")  # mark: child
        os._exit(0)
    os.waitpid(pid, 0)
    print("parent")
    return 0


def echo():
    print("read", sys.stdin.readline().strip())
    return 0


def spin():
    print("spins", flush=True)
    turns = 0
    while turns >= 0:
        turns += 1  # mark: spin
    return 0


def dies():
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(10)
    return 0


scenarios = [basic, deep, many, text, fails, threads, child, echo, spin, dies]
sys.exit({scenario.__name__: scenario for scenario in scenarios}[sys.argv[1]]())
