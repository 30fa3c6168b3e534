# gdb starts a program in a process group of its own, which may not read from its terminal unless that is told that the group
# is in the foreground. When the first file of symbols is read for a process, that has come to its first instruction.

import os

import gdb


def debug_server_foreground(_event):
    pid = gdb.selected_inferior().pid
    if pid > 0:
        # Once: gdb itself is in the background from then on.
        gdb.events.new_objfile.disconnect(debug_server_foreground)
        os.tcsetpgrp(TERMINAL, pid)


if os.isatty(TERMINAL):
    gdb.events.new_objfile.connect(debug_server_foreground)
