"""Runs a debugger beside a process that it is to attach to, and leaves as it is told.

    python3 -I -S attached_host.py ROOM PID START HOW DEBUGGER [ARGUMENT...]

ROOM and what goes through its pipes are as of engine-host.sh. The debugger sees what the process PID sees, whose start is
START in /proc/PID/stat: it is put into all of its namespaces, and has there one capability alone, to trace. Where those
are ours it is started as it is.

Nothing here ends the process. The runner has the debugger let go of it before it sends the code to leave with. Where that
cannot be, because the debugger was killed or the runner is gone, the debugger is asked to end, and is killed if it does not;
then what native debuggers leave behind is mended: breakpoints in the process's code, which would kill it, and that it
stands still. HOW is "mends" where the debugger may leave such things, "leaves" where it is none of those.
"""

import contextlib
import ctypes
import fcntl
import os
import select
import signal
import struct
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../within"))

from mended_code import mend  # noqa: E402

NAMESPACES = ("user", "mnt", "net", "ipc", "uts", "cgroup", "pid")
SYS_PTRACE = 19
LAST_SECONDS = 4
TELL_SECONDS = 1
GUARD = 'echo; read -r well || kill -CONT "$1"'

libc = ctypes.CDLL(None, use_errno=True)


def call(name, *arguments):
    if getattr(libc, name)(*arguments) != 0:
        raise OSError(ctypes.get_errno(), name)


def stat_of(pid):
    with open(f"/proc/{pid}/stat", encoding="latin-1") as file:
        return file.read().rsplit(")", 1)[1].split()


def is_there(pid, start):
    try:
        fields = stat_of(pid)
        return fields[19] == start and fields[0] not in "ZX"
    except OSError:
        return False


def other_namespaces(pid):
    """Those that are not ours, opened."""
    for name in NAMESPACES:
        with contextlib.suppress(FileNotFoundError):
            theirs, own = f"/proc/{pid}/ns/{name}", f"/proc/self/ns/{name}"
            if os.stat(theirs).st_ino != os.stat(own).st_ino:
                yield os.open(theirs, os.O_RDONLY | os.O_CLOEXEC)


def may_only_trace():
    """Of what comes with a namespace of users, all but this is given away: mounts could be undone by it, for one."""
    for capability in range(64):
        if capability != SYS_PTRACE:
            libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP
    mask = 1 << SYS_PTRACE
    header = struct.pack("Ii", 0x20080522, 0)
    call("capset", header, struct.pack("6I", mask, mask, mask, 0, 0, 0))
    libc.prctl(47, 2, SYS_PTRACE, 0, 0)  # PR_CAP_AMBIENT_RAISE
    call("prctl", 38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS


def die_with_parent(how, parent):
    call("prctl", 1, how, 0, 0, 0)  # PR_SET_PDEATHSIG
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def run(words, room, entered):
    """The debugger itself."""
    for number in (signal.SIGTERM, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    with contextlib.suppress(OSError):
        os.chdir("/")
    if entered:
        may_only_trace()
    # As its parent ends. After the capabilities, whose change takes it back.
    die_with_parent(signal.SIGTERM, None)
    # The command's own, as engine-host.sh hands them on.
    own = [fcntl.fcntl(stream, fcntl.F_DUPFD, 64) for stream in (1, 2, 0)]
    for descriptor, stream in zip(room, (0, 1, 2)):
        os.dup2(descriptor, stream)
    for descriptor, stream in zip(own, (3, 4, 5)):
        os.dup2(descriptor, stream)
    os.closerange(6, 128)
    os.write(2, b"\n")
    try:
        os.execvp(words[0], words)
    except OSError as error:
        os.write(2, f"{words[0]}: {error.strerror}\n".encode())
    os._exit(127)


def between(words, room, namespaces, parent):
    """In the namespaces; that of processes is for its children alone."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        for namespace in namespaces:
            call("setns", namespace, 0)
    except OSError as error:
        os.write(room[2], f"the process cannot be come to: {error}\n".encode())
        os._exit(126)
    die_with_parent(signal.SIGKILL, parent)
    child = os.fork()
    if child == 0:
        run(words, room, bool(namespaces))
    for descriptor in room:
        os.close(descriptor)
    _, status = os.waitpid(child, 0)
    os._exit(min(os.waitstatus_to_exitcode(status) % 256, 255))


def children_of(pid):
    with contextlib.suppress(OSError):
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(child) for child in file.read().split()]
    return []


def end(child):
    """Asks the debugger to end, and kills it if it does not."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for one in children_of(child):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, number)
        until = time.monotonic() + LAST_SECONDS
        while time.monotonic() < until:
            ended, _ = os.waitpid(child, os.WNOHANG)
            if ended:
                return
            time.sleep(0.01)


def guard(pid):
    """Has the process go on where this ends before it says so: the guard bears no mark of the command, and is not killed with it.

    Returns what the guard reads, to be told that all is well.
    """
    reading, telling = os.pipe()
    hearing, ready = os.pipe()
    child = os.fork()
    if child == 0:
        if os.fork() != 0:
            os._exit(0)
        os.setsid()
        os.dup2(reading, 0)
        os.dup2(ready, 1)
        os.closerange(2, 128)
        with contextlib.suppress(OSError):
            os.execve("/bin/sh", ["/bin/sh", "-c", GUARD, "sh", str(pid)], {})
        os._exit(127)
    os.waitpid(child, 0)
    os.close(ready)
    os.read(hearing, 1)
    for descriptor in (reading, hearing):
        os.close(descriptor)
    return telling


def set_free(pid, start, stood):
    """Whatever has become of its debugger, the process goes on. It stands still until its code is mended."""
    # It may be killed at any time.
    with contextlib.suppress(ProcessLookupError, FileNotFoundError):
        if is_there(pid, start):
            mend_and_continue(pid, start, stood)


def mend_and_continue(pid, start, stood):
    telling = None if stood else guard(pid)
    try:
        os.kill(pid, signal.SIGSTOP)
        with contextlib.suppress(OSError):
            mend(pid)
    finally:
        if not stood:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
            with contextlib.suppress(OSError):
                os.write(telling, b"\n")
            os.close(telling)
    until = time.monotonic() + 0.3
    while not stood and time.monotonic() < until and is_there(pid, start):
        if stat_of(pid)[0] == "T":
            os.kill(pid, signal.SIGCONT)
        time.sleep(0.02)


def main():
    room, pid, start, how, *words = sys.argv[1:]
    pid, mends = int(pid), how == "mends"
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    control = os.open(f"{room}/control", os.O_RDONLY)
    ends = [
        os.open(f"{room}/in", os.O_RDONLY),
        os.open(f"{room}/out", os.O_WRONLY),
        os.open(f"{room}/errors", os.O_WRONLY),
    ]
    namespaces = list(other_namespaces(pid))
    if not is_there(pid, start):
        os.write(ends[2], b"\nthe process has gone\n")
        sys.exit(137)
    stood = stat_of(pid)[0] == "T"
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(control)
        between(words, ends, namespaces, parent)
    ended = os.pidfd_open(child)
    for descriptor in namespaces + ends:
        os.close(descriptor)
    watched = [control, ended]
    while True:
        ready, _, _ = select.select(watched, [], [], None if ended in watched else TELL_SECONDS)
        if control in ready or not ready:
            break
        watched.remove(ended)
        os.waitpid(child, 0)
        if mends:
            set_free(pid, start, stood)
    code = os.read(control, 16) if control in ready else b""
    if ended in watched:
        end(child)
        if mends:
            set_free(pid, start, stood)
    sys.exit(int(code) if code else 137)


main()
