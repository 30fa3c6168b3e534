"""Starts programs for a runner, whose own memory a fork would have to copy.

    python3 -I -S -X utf8 spawner.py

One JSON object a line comes through stdin, for each program:

    {"id": 1, "words": [...], "environment": {...}, "directory": "...", "descriptors": ["PATH", null, ...]}

Descriptor N of the program is the file at that path, opened as it is open there. Of null the first three are /dev/null, and
others are none. The program gets a session of its own, and every signal as the system has it. Told through stdout, one JSON object a line:

    {"ready": true}                 once, when programs can be started
    {"id": 1, "pid": 123}           it was started
    {"id": 1, "error": "E2BIG"}     it was not
    {"id": 1, "unopened": true}     it was not, for one of its files cannot be opened anew
    {"id": 1, "code": 0}            it has ended; null where a signal ended it

Ends with its stdin. What it has started then goes on.
"""

import errno
import fcntl
import json
import os
import select
import signal
import sys

# Above all that a program is given.
LOWEST_OWN = 32
SIGNALS = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}


class Unopened(Exception):
    """A socket; or the caller's descriptors are closed to us, as of one that has changed its user."""


def tell(message):
    os.write(1, json.dumps(message).encode() + b"\n")


def flags_of(path):
    told = os.open(path.replace("/fd/", "/fdinfo/"), os.O_RDONLY)
    try:
        return int(os.read(told, 4096).split(b"flags:", 1)[1].split(None, 1)[0], 8)
    finally:
        os.close(told)


def reopened(path):
    """A descriptor of that file, which is open already, with the same access."""
    access = os.O_RDONLY
    if path is None:
        path, access = "/dev/null", os.O_RDWR
    else:
        access = flags_of(path) & (os.O_ACCMODE | os.O_APPEND | os.O_NONBLOCK)
    low = os.open(path, access)
    try:
        return fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, LOWEST_OWN)
    finally:
        os.close(low)


def start(words, environment, directory, descriptors):
    opened = {}
    try:
        for given, path in enumerate(descriptors):
            if given < 3 or path is not None:
                try:
                    opened[given] = reopened(path)
                except OSError as failure:
                    raise Unopened from failure
        os.chdir(directory)
        return os.posix_spawn(
            words[0],
            words,
            environment,
            file_actions=[(os.POSIX_SPAWN_DUP2, own, given) for given, own in opened.items()],
            setsid=True,
            setsigmask=[],
            setsigdef=SIGNALS,
        )
    finally:
        os.chdir("/")
        for descriptor in opened.values():
            os.close(descriptor)


def serve():
    children = {}
    wake, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.set_wakeup_fd(woken)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    # Where the system cannot do it, this ends before it says that it is ready.
    os.waitpid(start(["/bin/sh", "-c", ":"], {}, "/", [None, None, None]), 0)
    tell({"ready": True})
    pending = bytearray()
    while True:
        ready, _, _ = select.select([0, wake], [], [])
        if wake in ready:
            os.read(wake, 4096)
        if 0 in ready:
            chunk = os.read(0, 65536)
            if not chunk:
                return
            pending += chunk
            *lines, pending = pending.split(b"\n")
            for line in lines:
                wanted = json.loads(line)
                number = wanted.pop("id")
                try:
                    pid = start(**wanted)
                except Unopened:
                    tell({"id": number, "unopened": True})
                except (OSError, ValueError) as failure:
                    code = getattr(failure, "errno", None) or errno.EINVAL
                    tell({"id": number, "error": errno.errorcode.get(code, "EINVAL")})
                else:
                    children[pid] = number
                    tell({"id": number, "pid": pid})
        while children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            tell({"id": children.pop(pid), "code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else None})


try:
    serve()
except BrokenPipeError:
    sys.exit(0)
