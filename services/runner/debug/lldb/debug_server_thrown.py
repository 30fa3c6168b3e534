"""Tells of which type a C++ exception is that is being thrown, for lldb. Nothing is called in the program. Loaded by lldb-dialect.ts."""

import json
import re

import lldb

PREFIX = "typeinfo for "


def __lldb_init_module(debugger, _):
    debugger.HandleCommand("command script add -o -f %s.thrown debug-server-thrown" % __name__)


def thrown(debugger, thread, _, result, __):
    """Of the thread with that number: its name as JSON, null where it does not stand in `__cxa_throw(object, type, destructor)`."""
    target = debugger.GetSelectedTarget()
    frame = target.GetProcess().GetThreadByID(int(thread)).GetFrameAtIndex(0)
    result.AppendMessage(json.dumps(name_in(debugger, target, frame)))


def name_in(debugger, target, frame):
    if not (frame.GetFunctionName() or "").startswith("__cxa_throw"):
        return None
    place = target.ResolveLoadAddress(frame.FindRegister("arg2").GetValueAsUnsigned())
    symbol = place.GetSymbol()
    if not symbol.IsValid() or symbol.GetStartAddress() != place:
        return None
    # Those of the compiler's own types have a version behind their name, with which lldb does not read it.
    mangled = (symbol.GetMangledName() or symbol.GetName() or "").split("@")[0]
    # It is the program's, and lldb would run what stands in backticks.
    if not re.fullmatch(r"[\w.$]+", mangled, re.ASCII):
        return None
    said = lldb.SBCommandReturnObject()
    debugger.GetCommandInterpreter().HandleCommand("language cplusplus demangle %s" % mangled, said)
    _, _, name = (said.GetOutput() or "").strip().partition(PREFIX)
    return name or None
