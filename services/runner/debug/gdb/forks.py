# Has each process that the program forks wait, so that a debugger of its own can come to it before its first line.
#
# gdb lets go of such a process without its breakpoints. A catchpoint that is passed over every time tells of it just before:
# a SIGSTOP that is sent then takes effect with that, and nothing is told of a stop, so that steps go on through it.

import contextlib
import os
import signal

import gdb


def debug_server_tracer(pid):
    with open("/proc/%s/status" % pid) as file:
        return next(int(line.split()[1]) for line in file if line.startswith("TracerPid:"))


def debug_server_forked(catchpoint):
    thread = gdb.selected_thread()
    if catchpoint.number != DEBUG_SERVER_FORKS or thread is None:
        return
    pid, task, _ = thread.ptid
    with contextlib.suppress(OSError):
        with open("/proc/%d/task/%d/children" % (pid, task)) as file:
            children = file.read().split()
        for child in children:
            if debug_server_tracer(child) == os.getpid():
                os.kill(int(child), signal.SIGSTOP)


def debug_server_release(pid):
    os.kill(pid, signal.SIGCONT)


def debug_server_debug(room, *words):
    """Starts a debugger whose streams are the pipes in the room; an empty line of errors says that it has them."""
    import subprocess

    script = 'exec <"$0/in" >"$0/out" 2>"$0/errors" && echo >&2 && exec "$@"'
    subprocess.Popen(["/bin/sh", "-c", script, room] + list(words))


gdb.execute("catch fork", to_string=True)
DEBUG_SERVER_FORKS = int(gdb.parse_and_eval("$bpnum"))
gdb.execute("ignore %d 1000000000" % DEBUG_SERVER_FORKS, to_string=True)
gdb.events.breakpoint_modified.connect(debug_server_forked)
