"""Says "yes" where a write to what a debug register watches stops a program, "no" where it does not (x86_64).

Virtual machines may take what is written to the registers and never stop anything for it, so it is tried: a child
writes to a variable that is watched in it. Places in "struct user" by sys/user.h, the bits of DR7 by Intel's manual, 19.2.4.
"""
import ctypes
import os
import signal

TRACEME, POKEUSER, CONT = 0, 6, 7
REGISTERS = 848
WATCH_WRITES_OF_4_BYTES = 0x1 | 0b01 << 16 | 0b11 << 18

ptrace = ctypes.CDLL(None).ptrace
ptrace.restype = ctypes.c_long
ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
variable = ctypes.c_int(0)


def tried(child):
    _, status = os.waitpid(child, 0)
    if not os.WIFSTOPPED(status):
        return "unknown"
    if ptrace(POKEUSER, child, REGISTERS, ctypes.addressof(variable)) != 0:
        return "no"
    if ptrace(POKEUSER, child, REGISTERS + 7 * 8, WATCH_WRITES_OF_4_BYTES) != 0:
        return "no"
    ptrace(CONT, child, None, None)
    _, status = os.waitpid(child, 0)
    return "yes" if os.WIFSTOPPED(status) and os.WSTOPSIG(status) == signal.SIGTRAP else "no"


child = os.fork()
if child == 0:
    if ptrace(TRACEME, 0, None, None) == 0:
        os.kill(os.getpid(), signal.SIGSTOP)
        variable.value = 1
    os._exit(0)
try:
    print(tried(child))
finally:
    try:
        os.kill(child, signal.SIGKILL)
    except ProcessLookupError:
        pass
