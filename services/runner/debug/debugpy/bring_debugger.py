"""Brings the debugger into a Python program that runs: `gdb -batch -p PID -x bring_debugger.py`, the code in the environment.

It is run by the program itself, in its main thread, where nothing is half done. A thread that runs Python is asked to run the
code next (Py_AddPendingCall). One that waits for something, which may be for ever, has let go of the interpreter meanwhile:
it takes it again for that long. Memory for the code comes from the kernel, for the thread may be within malloc.
"""

import os
import platform

import gdb

pid = gdb.selected_inferior().pid
code = os.environ["DEBUG_SERVER_CODE"].encode() + b"\0"
# Numbers of system calls that get memory: whoever is within them may be within malloc, and holds the interpreter.
MEMORY_CALLS = {
    "x86_64": {9, 10, 11, 12, 25, 28},
    "aarch64": {214, 215, 216, 222, 226, 233},
}


def call(text):
    return int(gdb.parse_and_eval(text))


def waits():
    """Whether the main thread is in a system call, and in none of those."""
    with open(f"/proc/{pid}/task/{pid}/syscall", encoding="ascii") as file:
        number = file.read().split()[0]
    if not number.lstrip("-").isdigit() or int(number) < 0:
        return False
    return int(number) not in MEMORY_CALLS.get(platform.machine(), set())


def bring():
    for command in ("set scheduler-locking off", "set unwindonsignal on", "set confirm off"):
        gdb.execute(command, to_string=True)
    main = next(thread for thread in gdb.selected_inferior().threads() if thread.ptid[1] == pid)
    main.switch()
    size = (len(code) // 4096 + 1) * 4096
    place = call(f"((unsigned long (*)(long, long, int, int, int, long))mmap)(0, {size}, 3, 0x22, -1, 0)")
    gdb.selected_inferior().write_memory(place, code)
    if not waits():
        asked = call(f"((int (*)(void *, void *))Py_AddPendingCall)((void *)PyRun_SimpleString, (void *){place})")
        if asked == 0:
            return 0
    state = call("((int (*)(void))PyGILState_Ensure)()")
    result = call(f"((int (*)(void *))PyRun_SimpleString)((void *){place})")
    gdb.execute(f"call ((void (*)(int))PyGILState_Release)({state})", to_string=True)
    return result


try:
    failed = bring()
except gdb.error as error:
    print(f"the debugger cannot be brought into process {pid}: {error}")
    failed = 1
gdb.execute("detach", to_string=True)
gdb.execute(f"quit {1 if failed else 0}")
