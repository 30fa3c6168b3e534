import ctypes
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


def next_of(n):
    following = n + 1
    return following


def calls():
    n = 0
    while n < 200:
        n = next_of(n)
    return n - 200  # mark: called


def many():
    items = [2 * n for n in range(10000)]
    return items[1] - 2  # mark: many


def text():
    name = "žluť 🐎 中文"
    huge = "x" * 100000
    délka = 7
    return int(name[0] == huge[0] and délka)  # mark: text


def fails():
    nowhere = None  # mark: doomed
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


def raises():
    raise ValueError("caught")


def caught():
    try:
        raises()  # mark: throws
    except ValueError:
        after = 0  # mark: caught
    return after


def handles():
    handled = []
    signal.signal(signal.SIGUSR2, lambda number, _: handled.append(number))
    os.kill(os.getpid(), signal.SIGUSR2)
    print("handled", int(handled == [signal.SIGUSR2]))
    return 0


def forks():
    pid = os.fork()
    if pid == 0:
        os._exit(total_of([5]))
    status = os.waitpid(pid, 0)[1]
    print("child", os.waitstatus_to_exitcode(status))
    return 0


def execs():
    os.execv(sys.executable, [sys.executable, __file__, "basic"])


def daemonizes():
    if os.fork() > 0:
        return 0
    os.setsid()
    if os.fork() == 0:
        time.sleep(600)
    os._exit(0)


def closes():
    os.closerange(0, 3)
    return total_of([9])


TRACEME, ATTACH, DETACH = 0, 16, 17


def traces():
    ptrace = ctypes.CDLL(None).ptrace
    pid = os.fork()
    if pid == 0:
        if ptrace(ATTACH, os.getppid(), None, None) == 0:
            os.waitpid(os.getppid(), 0)
            ptrace(DETACH, os.getppid(), None, None)
        os._exit(0)
    os.waitpid(pid, 0)
    print("traced", int(ptrace(TRACEME, 0, None, None) <= 0), flush=True)
    return total_of([4])


def waits():
    print('waits', flush=True)
    time.sleep(600)
    return 0


def leave():
    return int(sys.argv[2])


scenarios = [basic, deep, many, text, fails, threads, child, echo, spin, dies, waits, leave]
scenarios += [calls, caught, handles, forks, execs, daemonizes, closes, traces]
sys.exit({scenario.__name__: scenario for scenario in scenarios}[sys.argv[1]]())
