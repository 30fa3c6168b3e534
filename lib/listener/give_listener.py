"""give_listener.py NAME

Gives the listening socket that comes over Node's channel (descriptor 3), with its name, to whoever is at the other end of descriptor 4.
"""

import socket
import sys

rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS)

channel = socket.socket(fileno=3)
channel.setblocking(True)
_, messages, _, _ = channel.recvmsg(65536, socket.CMSG_SPACE(4))
given = next(data for level, kind, data in messages if (level, kind) == rights)

taker = socket.socket(fileno=4)
taker.setblocking(True)
taker.sendmsg([sys.argv[1].encode()], [(*rights, given)])
