"""Brings the debugger into a Node.js program that runs: `python3 -I -S open_inspector.py PID EXPRESSION`.

SIGUSR1 has Node open its inspector on a port of its loopback. The expression, which is evaluated there, brings the agent that
comes to its debugger by itself, and closes the port again: it is open for some milliseconds. One that was open before, by
--inspect, stays. Then this waits for the end of the process.
"""

import contextlib
import json
import os
import select
import signal
import socket
import struct
import sys
import time

OPEN_SECONDS = 10
ANSWER_SECONDS = 10
LISTENS = "0A"


def status_of(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
        return dict(line.rstrip("\n").split(":", 1) for line in file)


def listeners(pid):
    """The ports of loopback, or of all addresses, at which it listens."""
    inodes = set()
    for name in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(OSError):
            target = os.readlink(f"/proc/{pid}/fd/{name}")
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    found = set()
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        with contextlib.suppress(FileNotFoundError), open(f"/proc/{pid}/net/{table}", encoding="ascii") as file:
            for fields in list(map(str.split, file))[1:]:
                if fields[3] == LISTENS and fields[9] in inodes:
                    found.add((family, int(fields[1].rsplit(":", 1)[1], 16)))
    return found


def connect(family, port):
    host = "127.0.0.1" if family == socket.AF_INET else "::1"
    connection = socket.create_connection((host, port), timeout=ANSWER_SECONDS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def ask(connection, port, path, more=""):
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{more}\r\n".encode())
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            raise ConnectionError("the connection was closed")
        data += piece
    return data.split(b"\r\n\r\n", 1)


def inspector_of(family, port):
    """The address of the inspector behind a port; None where there is another server."""
    with connect(family, port) as connection:
        head, body = ask(connection, port, "/json/list")
        length = next((int(line[15:]) for line in head.decode("latin-1").split("\r\n") if line.lower().startswith("content-length:")), 0)
        while len(body) < length:
            body += connection.recv(65536)
    with contextlib.suppress(ValueError, LookupError, TypeError):
        return "/" + json.loads(body)[0]["webSocketDebuggerUrl"].split("/", 3)[3]
    return None


def frame(text):
    """A text of a WebSocket's client, masked by nothing."""
    data = text.encode()
    size = len(data)
    head = struct.pack("!BB", 0x81, 0x80 | size) if size < 126 else struct.pack("!BBH", 0x81, 0x80 | 126, size)
    return head + b"\0\0\0\0" + data


def frames(connection, data):
    """The texts that come, until the other side closes."""
    while True:
        while len(data) >= 2:
            size, start = data[1] & 0x7F, 2
            if size == 126 and len(data) >= 4:
                (size,), start = struct.unpack("!H", data[2:4]), 4
            elif size == 127 and len(data) >= 10:
                (size,), start = struct.unpack("!Q", data[2:10]), 10
            elif size > 125:
                break
            if len(data) < start + size:
                break
            if data[0] & 0x0F == 8:
                return
            yield data[start : start + size]
            data = data[start + size :]
        with contextlib.suppress(ConnectionError):
            piece = connection.recv(65536)
            if piece:
                data += piece
                continue
        return


def evaluate(family, port, path, expression):
    upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    key = "Sec-WebSocket-Key: ZGVidWctc2VydmVyICAgIA==\r\n"
    with connect(family, port) as connection:
        head, rest = ask(connection, port, path, upgrade + key)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise ConnectionError("the inspector takes no connection")
        parameters = {"expression": expression, "includeCommandLineAPI": True, "returnByValue": True}
        connection.sendall(frame(json.dumps({"id": 1, "method": "Runtime.evaluate", "params": parameters})))
        for text in frames(connection, rest):
            answer = json.loads(text)
            if answer.get("id") != 1:
                continue
            details = answer.get("result", {}).get("exceptionDetails")
            if details is not None:
                raise ConnectionError(details.get("exception", {}).get("description", details.get("text")))
            return


def opened(pid):
    """Where its inspector is, and whether it was opened for us."""
    before = listeners(pid)
    if int(status_of(pid)["SigCgt"], 16) >> (signal.SIGUSR1 - 1) & 1 == 0:
        raise ConnectionError("it takes no SIGUSR1, by which its inspector would open")
    os.kill(pid, signal.SIGUSR1)
    until = time.monotonic() + OPEN_SECONDS
    while time.monotonic() < until:
        for place in listeners(pid) - before:
            return place, True
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            if b"--inspect" in file.read():
                for place in before:
                    if inspector_of(*place) is not None:
                        return place, False
        time.sleep(0.001)
    raise ConnectionError("it does not open its inspector at SIGUSR1; its stderr may say why")


def main():
    pid, expression = int(sys.argv[1]), sys.argv[2]
    process = os.pidfd_open(pid)
    try:
        place, is_ours = opened(pid)
        path = inspector_of(*place)
        if path is None:
            raise ConnectionError("what it has opened is no inspector")
        evaluate(*place, path, expression.replace("CLOSES", "true" if is_ours else "false"))
    except (OSError, ValueError, LookupError) as error:
        sys.exit(f"the debugger cannot be brought into process {pid}: {error}")
    select.select([process], [], [])


main()
