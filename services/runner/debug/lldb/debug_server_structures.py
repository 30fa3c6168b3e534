"""Tells structures and arrays of C and C++ by what is in them, for lldb, which would tell where they are. lldb-dap's own way
(`enableAutoVariableSummaries`) gives up after 10 ms: what it says of a value that has not changed differs from stop to stop.
Loaded by lldb-dialect.ts.
"""

from contextlib import contextmanager

import lldb

CATEGORY = "debug-server-structures"
MOST_TEXT, MOST_PARTS, MOST_DEPTH = 160, 10, 2
STRUCTURES = lldb.eTypeClassStruct | lldb.eTypeClassClass | lldb.eTypeClassUnion
CHARACTERS = (
    *(lldb.eBasicTypeChar, lldb.eBasicTypeSignedChar, lldb.eBasicTypeUnsignedChar),
    *(lldb.eBasicTypeWChar, lldb.eBasicTypeChar8, lldb.eBasicTypeChar16, lldb.eBasicTypeChar32),
)

telling = False


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
    if telling:
        return ""
    with untold():
        text = text_of(value, 0)
    return text if len(text) <= MOST_TEXT else text[:MOST_TEXT] + "…"


@contextmanager
def untold():
    """For who tells structures and arrays by itself."""
    global telling
    telling = True
    try:
        yield
    finally:
        telling = False


def text_of(value, depth):
    if value.GetError().Fail():
        return "?"
    words = " ".join(filter(None, (value.GetValue(), value.GetSummary())))
    if words:
        return words
    count = value.GetNumChildren(MOST_PARTS + 1)
    if count == 0:
        return "{}"
    if depth >= MOST_DEPTH:
        return "{...}"
    parts, length = [], 0
    while len(parts) < min(count, MOST_PARTS) and length <= MOST_TEXT:
        part = value.GetChildAtIndex(len(parts))
        name, text = part.GetName() or "", text_of(part, depth + 1)
        parts.append(text if name == "" or name.startswith("[") else "%s = %s" % (name, text))
        length += len(parts[-1])
    return "{%s}" % ", ".join([*parts, "..."] if count > len(parts) else parts)
