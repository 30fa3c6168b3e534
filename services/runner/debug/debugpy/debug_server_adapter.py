"""Runs debugpy's debug adapter on stdio: `python debug_server_adapter.py`.

Six things are other than in `python -m debugpy.adapter`:

- The kernel delays acknowledgements on a quiet TCP connection by 40 ms, and debugpy writes a message in two pieces, the
  second of which waits for the acknowledgement of the first. TCP_QUICKACK is no lasting setting, so it is set around
  each read.
- The adapter waits for the debuggee on a loopback port, where any local user may knock. `attach` with `listen` lets
  everybody in; here a token stays required, which the debuggee alone has been given.
- While the debuggee works on a question (a slow `__repr__`, an expression without an end), the adapter would neither
  read nor answer another one. Here it waits for no answer, but passes each on when it comes.
- As shipped it listens on a port for further clients, which anybody on the host may be. Here there is none: for each
  process that the debuggee starts it comes to a socket of its client's, as named in the environment.
- At the end of its input the adapter would let go of the debuggee, which would then run on, out of wherever it was
  stopped. Here it is gone at once; the debuggee's shim takes that for what it is.
- With DEBUG_SERVER_ATTACH it has the debugger brought into a program that runs, once it listens for that.
"""

import json
import os
import runpy
import socket
import subprocess
import sys
import threading
import time

token = os.environ.pop("DEBUG_SERVER_ADAPTER_TOKEN")
children = os.environ.pop("DEBUG_SERVER_CHILDREN", None)
# The process, gdb, and what its thread is to have as ATTACHED; null where the program comes by itself.
attach = json.loads(os.environ.pop("DEBUG_SERVER_ATTACH", "null"))
here = os.path.dirname(os.path.abspath(__file__))
# The directory of this file: nothing of it is to be imported.
del sys.path[0]


def acknowledging(receive):
    option = getattr(socket, "TCP_QUICKACK", None)

    def acknowledge(connection):
        try:
            connection.setsockopt(socket.IPPROTO_TCP, option, 1)
        except OSError:
            pass  # no TCP, or closed

    def received(self, *args, **kwargs):
        acknowledge(self)
        result = receive(self, *args, **kwargs)
        acknowledge(self)
        return result

    return receive if option is None else received


socket.socket.recv = acknowledging(socket.socket.recv)
socket.socket.recv_into = acknowledging(socket.socket.recv_into)

from debugpy import adapter  # noqa: E402
from debugpy.adapter import clients, servers, sessions  # noqa: E402 (in this order: they import each other)

from debugpy.common import messaging  # noqa: E402

serve = servers.serve


def serve_with_token(*args, **kwargs):
    adapter.access_token = token
    address = serve(*args, **kwargs)
    if attach is not None:
        threading.Thread(target=bring, args=(address[1],), daemon=True).start()
    return address


def bring(port):
    settings = dict(attach["settings"], port=port, token=token, children=False)
    file = os.path.join(here, "debug_server_debuggee.py")
    # One expression, which leaves no name behind in the program's own module.
    code = (
        "(lambda threading, file, names: threading.Thread(target=exec, daemon=True, args=("
        "compile(open(file, 'rb').read(), file, 'exec'), names)).start())"
        "(__import__('threading'), %r, {'__name__': 'debug_server', '__file__': %r, 'ATTACHED': %r})\n"
    )
    words = [attach["gdb"], "-q", "-nx", "-batch", "-iex", "set debuginfod enabled off"]
    words += ["-p", str(attach["pid"]), "-x", os.path.join(here, "bring_debugger.py")]
    environment = dict(os.environ, DEBUG_SERVER_CODE=code % (file, file, settings))
    done = subprocess.run(words, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        said = done.stdout.decode(errors="replace").strip().splitlines()[-3:]
        os.write(2, ("\n".join(said) + "\n").encode())
        os._exit(1)


def pass_on(self, request):
    def answered(response):
        if not isinstance(response.body, messaging.NoMoreMessages):
            request.respond(response.body)
        # The debuggee is gone, maybe before it has said that it goes on. To any other question its end is the answer.
        elif request.command in ("continue", "next", "stepIn", "stepOut"):
            request.respond({})

    if request.command in ("continue", "pause"):
        request.arguments["threadId"] = "*"
    self.server.channel.propagate(request).on_response(answered)
    return messaging.NO_RESPONSE


def bring_client(self, connection):
    """Whoever debugs the process that has connected comes over a socket of its own. Where nobody can be brought, the
    process runs on without a debugger."""
    known = getattr(self, "known_subprocesses", set())
    if children is None or connection in known:
        raise RuntimeError("no child processes are debugged")
    link = socket.socket(socket.AF_UNIX)
    link.connect(children)
    known.add(connection)
    part_from_replaced(connection)
    client = clients.Client(link)
    client.channel.send_event("debugServerChild", {"pid": connection.pid, "ppid": connection.ppid})


def part_from_replaced(connection):
    """A process that has replaced itself by another program of Python connects anew: what it was before is over then."""
    with sessions._lock:
        before = [one for one in sessions._sessions if one.pid == connection.pid]
    for session in before:
        session.client.known_subprocesses.add(connection)
        session.notify_changed()
    until = time.monotonic() + 2
    while time.monotonic() < until:
        if all(one is connection or one.pid != connection.pid for one in servers.connections()):
            return
        time.sleep(0.01)


def session_of(pid):
    """A shell may stand between two processes of Python: the first of all is taken for the parent then."""
    found = get_session(pid)
    if found is not None:
        return found
    return min((one for one in sessions._sessions if one.pid is not None), key=lambda one: one.id, default=None)


get_session = sessions.get


class Input:
    """The standard input, at whose end this process ends."""

    def __init__(self, stream):
        self.stream = stream

    def readline(self):
        return self.unless_over(self.stream.readline())

    def read(self, size):
        return self.unless_over(self.stream.read(size))

    def close(self):
        self.stream.close()

    @staticmethod
    def unless_over(data):
        if not data:
            os._exit(0)
        return data


def from_stdio(cls, name="stdio"):
    return cls(Input(sys.stdin.buffer), sys.stdout.buffer, name)


for name in ("request", "continue_request", "pause_request", "evaluate_request"):
    setattr(clients.Client, name, clients.Client.message_handler(pass_on))
clients.Client.notify_of_subprocess = bring_client
clients.serve = lambda host, port: (host, 0)
# Newer ones tell their clients what they listen on.
clients.listener = None
sessions.get = session_of
servers.serve = serve_with_token
messaging.JsonIOStream.from_stdio = classmethod(from_stdio)
sys.argv = ["debugpy.adapter"]
runpy.run_module("debugpy.adapter", run_name="__main__", alter_sys=True)
