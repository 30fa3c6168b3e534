"""take_listeners.py SOCKET PROGRAM [ARGUMENT...]

Takes the listening sockets that are given at SOCKET (offer-listeners.ts), and becomes PROGRAM, which finds their descriptors in the
variable DEBUG_SERVER_LISTENERS. Where nobody gives any more, PROGRAM listens by itself: so it is when PM2 starts a service
again whose predecessor has long gone.
"""

import os
import socket
import sys

path, *command = sys.argv[1:]
environment = dict(os.environ)
connection = socket.socket(socket.AF_UNIX)
connection.settimeout(20)
try:
    connection.connect(path)
except (FileNotFoundError, ConnectionRefusedError):
    pass
else:
    listeners = []
    while True:
        name, messages, _, _ = connection.recvmsg(64, socket.CMSG_SPACE(4))
        if name == b"":
            break
        for level, kind, data in messages:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                listener = int.from_bytes(data[:4], sys.byteorder)
                os.set_inheritable(listener, True)
                listeners.append(f"{name.decode()}:{listener}")
    if len(listeners) == 0:
        sys.exit(f"{path}: no listening socket was given")
    environment["DEBUG_SERVER_LISTENERS"] = ",".join(listeners)
os.execve(command[0], command, environment)
