"""Calls of chosen functions of a native program: where each begins, and how it ends.

It knows no debugger: gdb (gdb/calls.py) and lldb (lldb/debug_server_trace.py) tell where a thread stands, at the beginning of
a function or at an address that one returns to. A call is known by that address and by the stack pointer once it has
returned. Stacks grow down: whatever lies deeper than a thread stands has ended, by an exception or by `longjmp` where it was
not seen to return. Of stacks of another kind (coroutines, signal handlers) nothing is taken for that where they lie far enough
from each other; those that lie near cannot be told apart.
"""

import collections
import time

# Told together: of so many, or after so many seconds.
BATCH, PATIENCE = 100, 0.05
MOST_HELD = 5000
# Of those that are open in a thread the outermost, and of others only that they began.
MOST_OPEN = 20000
# Two places that lie farther apart are in two stacks.
LONGEST_STACK = 8 << 20
MOST_TEXT = 300

# What leaves calls behind: where it has caught something, and where it is about to leap.
CATCHES, LEAPS = ("__cxa_begin_catch",), ("longjmp", "__longjmp_chk")

REGISTERS = {
    "x86_64": (("rax", "rdx"), ("xmm0", "xmm1")),
    "aarch64": (("x0", "x1"), ("v0", "v1")),
}


class Calls:
    """`due` is called when it is time to take what is held: so many records, at most."""

    def __init__(self, due, batch=BATCH):
        self.due = due
        self.batch = batch
        self.threads = {}
        self.held = collections.deque(maxlen=MOST_HELD)
        self.lost = 0
        self.taken = time.monotonic()

    def began(self, thread, pointer, address, record, kept=None, at=None):
        """`pointer` and `address`: of the stack and the program once it has returned. `at`: where its code begins, and where
        it stands."""
        calls = self.threads.get(thread, [])
        if at is not None and calls and calls[-1][1:3] == (pointer, address):
            start, stands = calls[-1][5] or (None, None)
            # Of a line that a compiler has put into several places, it has come to another one.
            if start == at[0] and stands != at[1]:
                return
        self.end_below(thread, pointer, address, record["probe"])
        calls = self.threads.get(thread, [])
        record = dict(record, began=time.time() * 1000, depth=len(calls))
        if address is None or len(calls) >= MOST_OPEN:
            return self.tell(record, "unseen")
        calls.append((record, pointer, address, kept, time.perf_counter(), at))
        self.threads[thread] = calls

    def returned(self, thread, pointer, address, result):
        """`result`: what `kept` of a call has returned, as text or None."""
        ended = time.perf_counter()
        self.end_below(thread, pointer, address)
        calls = self.threads.get(thread, [])
        # Several, where one has ended in a jump to another.
        while calls and calls[-1][1:3] == (pointer, address):
            record, _, _, kept, begun, _ = calls.pop()
            self.tell(record, "returned", result(kept), (ended - begun) * 1000)
        if not calls:
            self.threads.pop(thread, None)

    def caught(self, thread, pointer):
        """A function goes on whose stack ends there: whatever that has called has ended."""
        self.end_below(thread, pointer + 1)

    def end_below(self, thread, pointer, address=None, probe=None):
        """The thread stands with its stack there, in what returns to the address: what lies deeper has ended."""
        ended = time.perf_counter()
        calls = self.threads.get(thread, [])
        while calls:
            record, deepest, back, _, begun, _ = calls[-1]
            # The same function of the same caller: it has begun once more.
            is_again = deepest == pointer and (back != address or record["probe"] == probe)
            if not (deepest < pointer or is_again) or pointer - deepest > LONGEST_STACK:
                return
            calls.pop()
            self.tell(record, "raised", None, (ended - begun) * 1000)
        self.threads.pop(thread, None)

    def forget(self, probe):
        """Its calls are told no more."""
        self.threads = {
            thread: kept
            for thread, calls in self.threads.items()
            if (kept := [call for call in calls if call[0]["probe"] != probe])
        }

    def finish(self):
        """The program is over: what is open will not end any more."""
        for calls in self.threads.values():
            for record, *_ in calls:
                self.tell(record, "open")
        self.threads.clear()

    def tell(self, record, ended, result=None, ms=None):
        if len(self.held) == MOST_HELD:
            self.lost += 1
        self.held.append(dict(record, ended=ended, result=result, ms=ms))
        if len(self.held) >= self.batch or time.monotonic() - self.taken > PATIENCE:
            self.due()

    def take(self):
        """What has been held back: the records, and how many there was no room for."""
        told = {"records": list(self.held), "lost": self.lost}
        self.held.clear()
        self.lost, self.taken = 0, time.monotonic()
        return told


def landing(machine, register, word):
    """Where the stack of a thread will end that has come to `longjmp`, by how glibc keeps a `jmp_buf`; None where that is not known.
    `register` and `word`: read one by its name, and one at an address."""
    if machine != "x86_64":
        return None
    kept, key = word(register("rdi") + 48), word(register("fs_base") + 48)
    return ((kept >> 17 | kept << 47) & (2**64 - 1)) ^ key


def hidden_in(first, second, given):
    """Where the caller wants what is returned in memory, by the first two registers as a function of x86-64 begins. `given`:
    the first argument that is an integer or a pointer, and its size; where that lies in the first register, nothing is
    returned in memory, and there is no such place."""
    value, size = given or (first ^ 1, 8)
    is_in = lambda register: (register ^ value) & ((1 << 8 * min(size, 8)) - 1) == 0  # noqa: E731
    return None if is_in(first) and not is_in(second) else first


def returned_in(machine, size, parts, is_plain=True):
    """Where a value of so many bytes is returned by the calling convention of C: the names of registers, each with how many of
    its bytes are the value's, "memory" where the first register holds its address, or None where that is not known.

    `parts`: all that it consists of, however deep, each with its offset, its size and whether it is a floating-point number;
    one that is neither that nor an integer has None for it. `is_plain`: it is no class that wants to be copied by itself.
    """
    if machine not in REGISTERS or size == 0:
        return None
    integers, floats = (list(names) for names in REGISTERS[machine])
    if any(is_float is None for _, _, is_float in parts):
        return None
    is_aggregate = len(parts) != 1 or parts[0][1] != size
    if machine != "x86_64" and (is_aggregate or not is_plain):
        return None
    if not is_plain or size > 16 or any(offset % width for offset, width, _ in parts):
        return "memory" if machine == "x86_64" else None
    words = []
    for start in range(0, size, 8):
        within = [is_float for offset, _, is_float in parts if start <= offset < start + 8]
        of = floats if within and all(within) else integers
        words.append((of.pop(0), min(8, size - start)))
    return words
