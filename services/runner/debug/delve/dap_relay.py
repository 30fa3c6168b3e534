"""Runs Delve's debug adapter, which speaks over TCP alone, as one that speaks on its standard streams.

    python3 -I -S dap_relay.py DLV

Delve connects to a port of the loopback interface that is open until it has, and to Delve alone: whoever else comes is
turned away. Its own standard streams, which the program that it debugs inherits, are our descriptors 5, 3 and 4: see
engine-host.sh. Ends when either side does, with Delve's code.

Every debug session waits for it to begin, so it takes what `socket`, `signal` and `contextlib` are made of: these take
as long to be imported as all of the interpreter to start.
"""

import os
import select
import sys
import time

import _signal
import _socket

CONNECT_SECONDS = 20
MOST = 65536


def start(dlv, port):
    environment = {name: value for name, value in os.environ.items() if name != "DEBUG_SERVER_HOST"}
    streams = [(5, 0), (3, 1), (4, 2)]
    actions = [(os.POSIX_SPAWN_DUP2, ours, theirs) for ours, theirs in streams]
    actions += [(os.POSIX_SPAWN_CLOSE, ours) for ours, _ in streams]
    return os.posix_spawn(
        dlv,
        [dlv, "dap", f"--client-addr=127.0.0.1:{port}"],
        environment,
        file_actions=actions,
        # All that this interpreter has changed.
        setsigdef=[_signal.SIGPIPE, _signal.SIGXFSZ, _signal.SIGINT],
    )


def address(host, port):
    """As /proc/net/tcp has it."""
    return "%08X:%04X" % (int.from_bytes(_socket.inet_aton(host), sys.byteorder), port)


def link_of(descriptor):
    try:
        return os.readlink(descriptor)
    except OSError:
        return ""


def is_of(connection, pid):
    """Whether the other end of a connection is open in this process."""
    open_files = f"/proc/{pid}/fd"
    try:
        ends = [address(*connection.getpeername()), address(*connection.getsockname())]
        names = os.listdir(open_files)
    except OSError:
        # Either has gone.
        return False
    with open("/proc/self/net/tcp", encoding="ascii") as table:
        sockets = [f"socket:[{fields[9]}]" for fields in map(str.split, table) if fields[1:3] == ends]
    return any(link_of(f"{open_files}/{name}") in sockets for name in names)


def accept(server, pid):
    waiting = select.poll()
    waiting.register(server, select.POLLIN)
    until = time.monotonic() + CONNECT_SECONDS
    while time.monotonic() < until:
        if waiting.poll(100):
            descriptor, _ = server._accept()
            connection = _socket.socket(fileno=descriptor)
            if is_of(connection, pid):
                connection.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
                return connection
            connection.close()
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            sys.exit(f"dlv has ended with status {os.waitstatus_to_exitcode(status)}")
    sys.exit(f"dlv has not connected for {CONNECT_SECONDS} seconds")


def copy(source, sink):
    data = os.read(source, MOST)
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(sink, rest) :]
    return len(data) > 0


def main():
    server = _socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen()
    pid = start(sys.argv[1], server.getsockname()[1])
    for descriptor in (3, 4, 5):
        os.close(descriptor)
    connection = accept(server, pid)
    server.close()
    ways = {0: connection.fileno(), connection.fileno(): 1}
    poll = select.poll()
    for source in ways:
        poll.register(source, select.POLLIN)
    try:
        while all(copy(source, ways[source]) for source, _ in poll.poll()):
            pass
    except ConnectionError:
        pass
    connection.close()
    _, status = os.waitpid(pid, 0)
    sys.exit(max(os.waitstatus_to_exitcode(status), 0))


main()
