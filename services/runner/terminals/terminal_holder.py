"""Gives one program a terminal, and holds it for as long as the program runs.

    python3 -I -S terminal_holder.py PIPE COLUMNS ROWS WHOSE PROGRAM [ARGUMENT...]

What the program writes to its terminal goes to stdout as it is. PIPE is a named pipe that this makes, and removes at the
end; what comes through it is one message a line, none longer than the system writes in one piece (PIPE_BUF):

    i BASE64          type these bytes
    r COLUMNS ROWS    the terminal has another size now

WHOSE is `ours` where the program is given the terminal as that of its session here, and `theirs` where it takes it itself, as
one in a sandbox has to: the sandbox around it would otherwise be ended by the first Ctrl+C.

Ends when the program does, with its code as a shell reports it: what it leaves behind is not waited for. It stands between
the command wrapper and the program, so that it outlives whoever started it, and a signal to the whole group ends the
program, not the copying.
"""

import base64
import contextlib
import errno
import fcntl
import os
import select
import signal
import struct
import sys
import termios
import time

# Typed bytes that the program has not taken yet; beyond, the pipe is left to fill up.
MOST_PENDING = 65536
LONGEST_LINE = 4096
# How long output may take from the program to here once it has ended, and how long is listened where others write on.
LAST_WORDS_MS = 100
LISTEN_ON_SECONDS = 1
# Between two looks whether a terminal that nobody has open is opened again.
LOOK_AGAIN_MS = 200
IUTF8 = 0o40000
# What a shell makes of SIGXFSZ; any other failure to write the log has the code of sysexits.h.
FILE_TOO_LARGE = 128 + signal.SIGXFSZ
CANNOT_WRITE = 74
# As a shell has it.
CANNOT_START = 126

# A shell does the last step: it has the usual words and codes where a program cannot be executed.
SHELL = ["/bin/sh", "-c", 'exec "$@"', "sh"]

IGNORED = [signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM]


def resize(terminal, columns, rows):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def start(words, columns, rows, whose):
    """The program's pid, and our end of its terminal."""
    terminal, theirs = os.openpty()
    resize(terminal, columns, rows)
    attributes = termios.tcgetattr(theirs)
    attributes[0] |= IUTF8
    termios.tcsetattr(theirs, termios.TCSANOW, attributes)
    pid = os.fork()
    if pid == 0:
        # All that the interpreter has changed.
        for number in IGNORED + [signal.SIGPIPE, signal.SIGXFSZ]:
            signal.signal(number, signal.SIG_DFL)
        os.setsid()
        if whose == "ours":
            fcntl.ioctl(theirs, termios.TIOCSCTTY, 0)
        for stream in (0, 1, 2):
            os.dup2(theirs, stream)
        os.execv(SHELL[0], SHELL + words)
    os.close(theirs)
    os.set_blocking(terminal, False)
    return pid, terminal


class LogFull(Exception):
    """What the program writes cannot be kept; the code says why."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


class Holder:
    def __init__(self, terminal, pipe):
        self.terminal = terminal
        self.pipe = pipe
        self.pending = b""
        self.line = b""

    def copy(self):
        """Copies what the program has written; False where that is all there will be, or all there is."""
        try:
            data = os.read(self.terminal, 65536)
        except BlockingIOError:
            return False
        except OSError:
            return False  # EIO: nobody has the other end any more
        while data:
            try:
                data = data[os.write(1, data):]
            except OSError as error:
                raise LogFull(FILE_TOO_LARGE if error.errno == errno.EFBIG else CANNOT_WRITE)
        return True

    def hear(self):
        *lines, self.line = (self.line + os.read(self.pipe, LONGEST_LINE)).split(b"\n")
        if len(self.line) > LONGEST_LINE:
            self.line = b""
        for line in lines:
            self.obey(line)

    def obey(self, line):
        kind, _, rest = line.partition(b" ")
        try:
            if kind == b"i":
                self.pending += base64.b64decode(rest, validate=True)
            elif kind == b"r":
                columns, rows = (int(number) for number in rest.split())
                resize(self.terminal, columns, rows)
        except (ValueError, struct.error, OSError):
            pass  # no message of ours

    def type(self):
        try:
            self.pending = self.pending[os.write(self.terminal, self.pending):]
        except BlockingIOError:
            pass
        except OSError:
            self.pending = b""

    def run(self, ended):
        """Carries both ways until `ended` can be read."""
        while True:
            poll = select.poll()
            poll.register(ended, select.POLLIN)
            hung_up = self.is_hung_up()
            if not hung_up:
                poll.register(self.terminal, select.POLLIN | (select.POLLOUT if self.pending else 0))
            if len(self.pending) < MOST_PENDING:
                poll.register(self.pipe, select.POLLIN)
            ready = dict(poll.poll(LOOK_AGAIN_MS if hung_up else None))
            if ready.get(self.terminal, 0) & select.POLLOUT:
                self.type()
            if ready.get(self.terminal, 0) & select.POLLIN:
                self.copy()
            if ready.get(self.pipe, 0) & select.POLLIN:
                self.hear()
            if ended in ready:
                return

    def is_hung_up(self):
        """Whether nobody has the other end, as long as nobody opens it again: /dev/tty is still there for the program."""
        poll = select.poll()
        poll.register(self.terminal, select.POLLIN)
        return [happened for _, happened in poll.poll(0)] == [select.POLLHUP]

    def copy_rest(self):
        poll = select.poll()
        poll.register(self.terminal, select.POLLIN)
        end = time.monotonic() + LISTEN_ON_SECONDS
        while time.monotonic() < end and poll.poll(LAST_WORDS_MS) and self.copy():
            pass


def main(path, columns, rows, whose, *words):
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)
    ended, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    try:
        os.mkfifo(path, 0o600)
        # For writing as well: it does not end with the last of those who write to it.
        pipe = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        pid, terminal = start(list(words), int(columns), int(rows), whose)
    except OSError as error:
        print(f"no terminal can be had: {error.strerror}", file=sys.stderr)
        return CANNOT_START
    holder = Holder(terminal, pipe)
    try:
        while True:
            holder.run(ended)
            os.read(ended, 4096)
            # A child that has only stopped wakes us as well.
            reaped, status = os.waitpid(pid, os.WNOHANG)
            if reaped != 0:
                break
        holder.copy_rest()
        return os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status)
    except LogFull as failure:
        # The program sees its terminal go away; what heeds that not is ended with the command.
        return failure.code
    finally:
        # Whoever has removed it, the code of the program counts.
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
