"""take_listener.py SOCKET PROGRAM [ARGUMENT...]

Takes the listening socket that is given at SOCKET (offer-listener.ts), and becomes PROGRAM, which finds its descriptor in the
variable DEBUG_SERVER_LISTENER. Where nobody gives one any more, PROGRAM listens by itself: so it is when PM2 starts a service
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
    room = socket.CMSG_SPACE(4)
    _, messages, _, _ = connection.recvmsg(1, room)
    given = [data for level, kind, data in messages if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS)]
    if len(given) == 0:
        sys.exit(f"{path}: no listening socket was given")
    listener = int.from_bytes(given[0][:4], sys.byteorder)
    os.set_inheritable(listener, True)
    environment["DEBUG_SERVER_LISTENER"] = str(listener)
os.execve(command[0], command, environment)
