"""Connects to a TCP port or a unix socket, and passes bytes between it and standard input and output.

The first line on standard output is "ok", or says why there is no connection. An end on either side is passed on as
an end; it leaves when both sides have ended.
"""

import os
import socket
import sys
import threading


def main(kind, *where):
    try:
        if kind == "unix":
            peer = socket.socket(socket.AF_UNIX)
            peer.connect(where[0])
        else:
            peer = socket.create_connection((where[0], int(where[1])), 10)
            peer.settimeout(None)
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        os.write(1, ("%s\n" % (error.strerror or error)).encode())
        return
    os.write(1, b"ok\n")

    def upstream():
        try:
            while True:
                data = os.read(0, 65536)
                if not data:
                    break
                peer.sendall(data)
            peer.shutdown(socket.SHUT_WR)
        except OSError:
            os._exit(0)

    threading.Thread(target=upstream, daemon=True).start()
    try:
        while True:
            data = peer.recv(65536)
            if not data:
                break
            while data:
                data = data[os.write(1, data):]
    except OSError:
        pass


main(*sys.argv[1:])
