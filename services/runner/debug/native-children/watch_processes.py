"""Runs a native debugger, and has each process that its program starts wait for a debugger of its own.

    python3 -I -S watch_processes.py SOCKET LANGUAGE DEBUGGER [ARGUMENT...]

The debugger and all below it run with a filter of system calls that asks us before a program is replaced by another one,
and as a process begins that glibc has forked. Whoever asks waits for the answer, which is always to go on; so it works
beside the debugger that traces the program, and for whatever is started, in whichever way. A process that no
debugger traces is held by a SIGSTOP: a forked one at once, any other in the first instruction of its new program, to which we
trace it. LANGUAGE says which programs are worth it: `go`, or `native` for all that have symbols.

Through SOCKET, a line of JSON each, the runner hears of what waits (`came`), and of the first that does not for a reason
(`passed`). It says `debug`, whereupon a debugger is started with the streams of the command (our 5, 3 and 4, see
engine-host.sh), `wake` once that has attached, or `release`; the first two are answered. A process that was killed while it stood
is told as `gone` with its exit code, where its debugger does not look.

Ends with the debugger, with its code; where we are killed, so is that.
"""

import contextlib
import ctypes
import errno
import fcntl
import json
import os
import platform
import select
import signal
import socket
import struct
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../within")]

from mended_code import mend
from worth_debugging import program_of, why_not

# The kernel's name of a machine, and its numbers: of seccomp, of what replaces a program, of what a forked process of glibc
# begins with.
MACHINES = {
    "x86_64": (0xC000003E, 317, (59, 322), 273),
    "aarch64": (0xC00000B7, 277, (221, 281), 99),
}
TRACE_EXEC = 0x10
EVENT_EXEC = 4
DETACH, EVENT_MESSAGE, SEIZE = 17, 0x4201, 0x4206
WALL = 0x40000000
EXITING = 4
RECEIVE, SEND = 0xC0502100, 0xC0182101
GO_ON = 1
MOST_LINE = 1 << 16
MOST_FAMILY = 10_000
LOOK_SECONDS = 1

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long] * 4
libc.ptrace.restype = ctypes.c_long
libc.syscall.restype = ctypes.c_long


def call(name, *arguments):
    result = getattr(libc, name)(*arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def ptrace(request, pid, data=0):
    call("ptrace", request, pid, 0, data)


def instruction(code, value, yes=0, no=0):
    return struct.pack("HBBI", code, yes, no, value)


def filtered(machine, seccomp, calls):
    """Installs the filter, and answers with the descriptor that asks."""
    load, equal, leave = 0x20, 0x15, 0x06
    lines = [
        instruction(load, 4),
        instruction(equal, machine, no=len(calls) + 1),
        instruction(load, 0),
        *(instruction(equal, number, yes=len(calls) - at) for at, number in enumerate(calls)),
        instruction(leave, 0x7FFF0000),
        instruction(leave, 0x7FC00000),
    ]
    code = ctypes.create_string_buffer(b"".join(lines))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(lines), ctypes.addressof(code)))
    try:
        return call("syscall", seccomp, 1, 8, program)
    except PermissionError:
        call("prctl", 38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS, with which everybody may
        return call("syscall", seccomp, 1, 8, program)


def run(words, ours, parent, setting):
    """The debugger itself."""
    for number in (signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    call("prctl", 1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os._exit(1)
    try:
        asks = filtered(*setting)
    except OSError as error:
        os.write(2, f"child processes cannot be followed here: seccomp says {error.strerror}\n".encode())
        os._exit(1)
    socket.send_fds(ours, [b"."], [asks])
    os.close(asks)
    try:
        os.execv(words[0], words)
    except OSError as error:
        os.write(2, f"{words[0]}: {error.strerror}\n".encode())
    os._exit(127)


def stat_of(pid):
    """What comes behind the name: the state first."""
    with open(f"/proc/{pid}/stat", encoding="latin-1") as file:
        return file.read().rsplit(")", 1)[1].split()


def is_ending(task):
    fields = stat_of(task)
    return fields[0] in "ZX" or int(fields[6]) & EXITING != 0


def start_of(pid):
    return stat_of(pid)[19]


def code_left(pid):
    """The exit code of what has ended with all of its threads, and is there for its debugger to see; None of anything else."""
    try:
        tasks = [stat_of(f"{pid}/task/{task}")[0] for task in os.listdir(f"/proc/{pid}/task")]
        if any(state not in "ZX" for state in tasks):
            return None
        code = os.waitstatus_to_exitcode(int(stat_of(pid)[49]))
    except (OSError, ValueError):
        return None
    return code if code >= 0 else 128 - code


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="latin-1") as file:
        fields = dict(line.split(":", 1) for line in file)
    return tuple(int(fields[name]) for name in ("Tgid", "PPid", "TracerPid"))


class Watch:
    def __init__(self, asks, link, engine, language):
        self.asks, self.link, self.engine, self.language = asks, link, engine, language
        # Of each process: when it was started, and which of those that are debugged it is, or is below; None: of the debugger's.
        self.family = {}
        self.joins(engine, None)
        self.first = None
        self.waiting = set()
        self.seized = set()
        self.told = set()
        self.heard = b""
        # Those that are debugged, and whether each had ended already when it was looked at last.
        self.debugged = {}

    def tell(self, **words):
        if self.link is not None:
            with contextlib.suppress(OSError):
                self.link.sendall(json.dumps(words).encode() + b"\n")

    def remembers(self, pid):
        start, _ = self.family.get(pid, (None, None))
        return start is not None and start == start_of(pid)

    def owner(self, pid):
        """Whose it is; None of what is not the program's."""
        return self.family[pid][1] if self.remembers(pid) else None

    def owner_from(self, pid):
        """Whose the nearest is that is known, from a process upwards. What is below nobody has lost its parent, and is the
        program's: what a debugger starts ends before that does."""
        while pid > 1:
            try:
                if self.remembers(pid):
                    return self.family[pid][1]
                pid = status_of(pid)[1]
            except OSError:
                # It has gone just now.
                return self.family.get(pid, (None, self.first))[1]
        return self.first

    def joins(self, pid, owner):
        if len(self.family) >= MOST_FAMILY:
            self.family = {one: known for one, known in self.family.items() if os.path.exists(f"/proc/{one}")}
        self.family[pid] = (start_of(pid), owner)

    def waits(self, pid):
        """It has been sent a SIGSTOP."""
        start, known = self.family[pid]
        parent = self.owner(status_of(pid)[1]) or known
        self.family[pid] = (start, pid)
        self.waiting.add(pid)
        self.tell(came=pid, parent=parent, program=program_of(pid))

    def is_wanted(self, pid):
        why = why_not(pid, self.language)
        if why is not None:
            self.passed(pid, pid, why)
        return why is None and self.link is not None

    def passed(self, task, pid, why):
        if why not in self.told and not is_ending(task):
            self.told.add(why)
            self.tell(passed=pid, program=program_of(pid), why=why)

    def is_known(self, pid):
        """Whether a process is the program's. What it is now it stays, whoever above it goes."""
        if not self.remembers(pid):
            self.joins(pid, self.owner_from(pid))
        return self.owner(pid) is not None

    def begins(self, pid):
        """A process or a thread: one that is not known yet has been forked."""
        if self.owner(pid) is None and self.is_known(pid) and self.is_wanted(pid):
            # lldb leaves the breakpoint in it by which a step over the fork ends.
            with contextlib.suppress(OSError):
                mend(pid)
            os.kill(pid, signal.SIGSTOP)
            self.waits(pid)

    def is_replaced(self, task, pid):
        """One that has failed before is traced already."""
        if task in self.seized or not self.is_known(pid):
            return
        try:
            ptrace(SEIZE, task, TRACE_EXEC)
            self.seized.add(task)
        except PermissionError:
            self.passed(task, pid, "it may not be traced")

    def was_replaced(self, pid):
        task = ctypes.c_ulong()
        ptrace(EVENT_MESSAGE, pid, ctypes.addressof(task))
        # The first thread may have been traced as well: this one has its number now.
        self.seized -= {pid, task.value}
        wanted = False
        try:
            wanted = self.is_wanted(pid)
            if wanted:
                os.kill(pid, signal.SIGSTOP)
        finally:
            ptrace(DETACH, pid)
        if wanted:
            self.waits(pid)

    def asked(self):
        request = bytearray(80)
        try:
            fcntl.ioctl(self.asks, RECEIVE, request)
        except OSError as error:
            # It has been killed, or was interrupted and asks again.
            if error.errno in (errno.ENOENT, errno.EINTR):
                return
            raise
        number, task, _, what = struct.unpack_from("QIIi", request)
        # Whatever has gone meanwhile is nobody's affair.
        with contextlib.suppress(OSError):
            pid, _, tracer = status_of(task)
            if tracer not in (0, os.getpid()):
                if self.owner(pid) is None:
                    self.joins(pid, pid)
                    self.first = self.first or pid
            elif what in EXECS:
                self.is_replaced(task, pid)
            else:
                self.begins(pid)
        try:
            fcntl.ioctl(self.asks, SEND, struct.pack("QqiI", number, 0, 0, GO_ON))
        except OSError as error:
            # Of others it has gone.
            if error.errno == errno.EINVAL:
                sys.exit("child processes can be followed from Linux 5.5 on")

    def changed(self):
        """What we have started, or trace, has stopped or ended."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG | WALL)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if not os.WIFSTOPPED(status):
                self.seized.discard(pid)
                if pid == self.engine:
                    sys.exit(max(os.waitstatus_to_exitcode(status), 0))
                continue
            event, number = status >> 16, os.WSTOPSIG(status)
            with contextlib.suppress(OSError):
                if event == EVENT_EXEC:
                    self.was_replaced(pid)
                else:
                    # It has failed to replace itself, or is about to ask again.
                    self.seized.discard(pid)
                    ptrace(DETACH, pid, 0 if event else number)

    def said(self):
        try:
            data = self.link.recv(MOST_LINE)
        except ConnectionError:
            data = b""
        *lines, self.heard = (self.heard + data).split(b"\n")
        for line in lines:
            words = json.loads(line)
            if "debug" in words:
                self.tell(debugs=words["debug"], why=self.debug(words["debug"], words["words"]))
            elif "wake" in words:
                self.wake(words["wake"])
                self.tell(woken=words["wake"])
            else:
                self.release(words["release"])
        if not data:
            self.link = None
            for pid in list(self.waiting):
                self.release(pid)

    def debug(self, pid, words):
        streams = [(5, 0), (3, 1), (4, 2)]
        actions = [(os.POSIX_SPAWN_DUP2, ours, theirs) for ours, theirs in streams]
        actions += [(os.POSIX_SPAWN_CLOSE, ours) for ours, _ in streams]
        self.waiting.discard(pid)
        try:
            handled = [signal.SIGINT, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGCHLD]
            os.posix_spawn(words[0], words, os.environ, file_actions=actions, setsigdef=handled)
            self.debugged[pid] = False
        except OSError as error:
            return f"no debugger can be started for it: {error.strerror}"
        return None

    def look(self):
        """Tells of those that have ended and at which their debuggers do not look."""
        for pid, had_ended in list(self.debugged.items()):
            code = code_left(pid)
            if code is not None:
                self.debugged[pid] = True
            if had_ended or not os.path.exists(f"/proc/{pid}"):
                del self.debugged[pid]
                if code is not None:
                    self.tell(gone=pid, code=code)

    def wake(self, pid):
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGCONT)

    def release(self, pid):
        self.waiting.discard(pid)
        self.wake(pid)


def main():
    path, language, *words = sys.argv[1:]
    link = socket.socket(socket.AF_UNIX)
    link.connect(path)
    ours, theirs = socket.socketpair()
    parent = os.getpid()
    engine = os.fork()
    if engine == 0:
        link.close()
        ours.close()
        calls = EXECS if language == "go" else (*EXECS, FORK)
        run(words, theirs, parent, (MACHINE, SECCOMP, calls))
    theirs.close()
    # It has the streams now, which end with it.
    for descriptor in (0, 1):
        os.close(descriptor)
    _, found, _, _ = socket.recv_fds(ours, 1, 1)
    ours.close()
    if not found:
        _, status = os.waitpid(engine, 0)
        sys.exit(max(os.waitstatus_to_exitcode(status), 1))
    changes, changed = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(changed, warn_on_full_buffer=False)
    watch = Watch(found[0], link, engine, language)
    # What has ended before that would have been heard of.
    watch.changed()
    poll = select.poll()
    for descriptor in (found[0], changes, link.fileno()):
        poll.register(descriptor, select.POLLIN)
    looked = 0
    while True:
        if watch.debugged and looked + LOOK_SECONDS <= time.monotonic():
            looked = time.monotonic()
            watch.look()
        for descriptor, what in poll.poll(LOOK_SECONDS * 1_000 if watch.debugged else None):
            if descriptor == changes:
                os.read(changes, 1024)
                watch.changed()
            elif descriptor == link.fileno():
                watch.said()
                if watch.link is None:
                    poll.unregister(descriptor)
            elif what & select.POLLIN:
                watch.asked()
            else:
                poll.unregister(descriptor)


if platform.machine() not in MACHINES:
    sys.exit(f"child processes cannot be followed on {platform.machine()}")
MACHINE, SECCOMP, EXECS, FORK = MACHINES[platform.machine()]
main()
