"""Tells structures and arrays of C and C++ by what is in them, for lldb, which would tell where they are. lldb-dap's own way
(`enableAutoVariableSummaries`) gives up after 10 ms: what it says of a value that has not changed differs from stop to stop.
Loaded by lldb-dialect.ts.
"""

import threading
from contextlib import contextmanager

import lldb

CATEGORY = "debug-server-structures"
MOST_TEXT, MOST_PARTS, MOST_DEPTH = 160, 10, 2
STRUCTURES = lldb.eTypeClassStruct | lldb.eTypeClassClass | lldb.eTypeClassUnion
CHARACTERS = (
    *(lldb.eBasicTypeChar, lldb.eBasicTypeSignedChar, lldb.eBasicTypeUnsignedChar),
    *(lldb.eBasicTypeWChar, lldb.eBasicTypeChar8, lldb.eBasicTypeChar16, lldb.eBasicTypeChar32),
)

# Breakpoints call from a thread of their own.
state = threading.local()


def __lldb_init_module(debugger, _):
    for command in (
        "type summary add -e -p -r -w %s -F %s.summary --recognizer-function %s.is_plain"
        % (CATEGORY, __name__, __name__),
        "command script add -o -f %s.load debug-server-structures" % __name__,
    ):
        debugger.HandleCommand(command)


def load(debugger, _, __, ___, ____):
    debugger.HandleCommand("type category enable %s" % CATEGORY)


def is_plain(type, _):
    """Whether lldb has no words of its own for it: it has for strings and for much of the standard library."""
    type = type.GetCanonicalType()
    if type.GetTypeClass() & lldb.eTypeClassArray:
        return type.GetArrayElementType().GetCanonicalType().GetBasicType() not in CHARACTERS
    return bool(type.GetTypeClass() & STRUCTURES) and not (type.GetUnqualifiedType().GetName() or "").startswith("std::")


def summary(value, _):
    # Of a part it is the whole that tells.
    if getattr(state, "telling", False):
        return ""
    with untold():
        return text_of(value, 0, MOST_TEXT)


@contextmanager
def untold():
    """For who tells structures and arrays by itself."""
    state.telling = True
    try:
        yield
    finally:
        state.telling = False


def text_of(value, depth, room):
    """What does not fit is left out whole: half a secret would be masked by nobody."""
    if value.GetError().Fail():
        return "?"
    # Of a part that was told by itself before, lldb still has what was told.
    summary = None if is_plain(value.GetType(), None) else value.GetSummary()
    words = " ".join(filter(None, (value.GetValue(), summary)))
    if words:
        return words if len(words) <= room else "..."
    count = value.GetNumChildren(MOST_PARTS + 1)
    if count == 0:
        return "{}"
    if depth >= MOST_DEPTH:
        return "{...}"
    parts = []
    while len(parts) < min(count, MOST_PARTS) and room > 0:
        part = value.GetChildAtIndex(len(parts))
        name = part.GetName() or ""
        title = "" if name == "" or name.startswith("[") else "%s = " % name
        if len(title) > room:
            break
        parts.append(title + text_of(part, depth + 1, room - len(title)))
        room -= len(parts[-1])
    return "{%s}" % ", ".join([*parts, "..."] if count > len(parts) else parts)
