"""Tells calls of functions, with what they are given and return, and how long they take. Breakpoints stand where the functions
begin and at each address that they have returned to; none of them stops the program. Behind debug_server_calls.py; loaded by
lldb-calls.ts. Each call is told in a line of JSON behind the mark that `debug-server-trace` is given, which nobody else knows. Such
lines come late: `debug-server-told` says how many there were. No command may run while the program does: lldb then takes one
frame for another.
"""

import base64
import json
import re

import lldb
from debug_server_calls import CATCHES, LEAPS, MOST_TEXT, Calls, hidden_in, landing, returned_in
from debug_server_structures import untold

# Within a callback a breakpoint is not given one, but a name that has one.
CALLBACKS = ("began", "returned", "caught", "leaps")
MOST_PARTS, MOST_DEPTH = 20, 3


class Trace:
    def __init__(self, target, mark):
        self.target = target
        self.mark = mark
        self.calls = Calls(self.tell, batch=1)
        self.told = 0
        self.begins = {}
        self.probes = {}
        self.sites = {}
        self.left = []
        self.functions = {}
        for name in CALLBACKS:
            lldb.SBBreakpointName(target, named(name)).SetScriptCallbackFunction("%s.%s" % (__name__, name))

    def trace(self, functions):
        """Answers with what cannot be traced yet, by numbers."""
        wanted = {function["id"]: function for function in functions}
        for number in [number for number in self.begins if number not in wanted]:
            for begins in self.begins.pop(number):
                self.probes.pop(begins.GetID(), None)
                self.target.BreakpointDelete(begins.GetID())
            self.leave(number)
        for number, function in wanted.items():
            if number not in self.begins:
                self.begins[number] = self.at_beginning(function["file"], function["line"])
                for begins in self.begins[number]:
                    begins.AddNameWithErrorHandling(named("began"))
                    self.probes[begins.GetID()] = number
        if not wanted:
            while self.left:
                self.target.BreakpointDelete(self.left.pop().GetID())
        elif not self.left:
            for name in CATCHES:
                self.leaves(self.target.BreakpointCreateByName(name), "caught")
            for name in LEAPS:
                for symbol in self.target.FindSymbols(name, lldb.eSymbolTypeCode):
                    start = symbol.GetSymbol().GetStartAddress()
                    self.leaves(self.target.BreakpointCreateBySBAddress(start), "leaps")
        return [number for number, all in self.begins.items() if all[0].GetNumLocations() == 0]

    def leaves(self, left, callback):
        left.AddNameWithErrorHandling(named(callback))
        self.left.append(left)

    def leave(self, number):
        """Its calls are told no more: nothing stands any more where none but they have returned to."""
        self.calls.forget(number)
        for address, (site, probes) in list(self.sites.items()):
            probes.discard(number)
            if not probes:
                del self.sites[address]
                self.target.BreakpointDelete(site.GetID())

    def at_beginning(self, file, line):
        found = self.target.BreakpointCreateByLocation(file, line)
        places = [found.GetLocationAtIndex(at).GetAddress() for at in range(found.GetNumLocations())]
        behind = [split_beginning(self.target, place) or behind_prologue(place) for place in places]
        if all(place is None for place in behind):
            return [found]
        self.target.BreakpointDelete(found.GetID())
        return [self.target.BreakpointCreateBySBAddress(new or old) for old, new in zip(places, behind)]

    def tell(self):
        self.told += 1
        self.write(self.calls.take())

    def write(self, what):
        print(self.mark + json.dumps(what), flush=True)

    def began(self, frame, location):
        probe = self.probes.get(location.GetBreakpoint().GetID())
        if probe is None:
            return
        pc, thread = frame.GetPC(), frame.GetThread()
        if pc not in self.functions:
            self.functions[pc] = Function(self.target, frame)
        known = self.functions[pc]
        record = {
            "probe": probe,
            "function": known.name,
            "arguments": [
                [value.GetName() or "", told_of(value)] for value in list(frame.GetVariables(True, False, False, True))[:20]
            ],
            "thread": thread.GetName() or "thread %d" % thread.GetIndexID(),
        }
        returns = returns_to(self.target, frame)
        if returns is None:
            return self.calls.began(thread.GetThreadID(), frame.GetSP(), None, record)
        address, pointer = returns
        if address not in self.sites:
            self.sites[address] = self.target.BreakpointCreateByAddress(address), set()
            self.sites[address][0].AddNameWithErrorHandling(named("returned"))
        self.sites[address][1].add(probe)
        kept = (known, known.hidden(frame))
        self.calls.began(thread.GetThreadID(), pointer, address, record, kept, (known.start, pc))

    def returned(self, frame):
        self.calls.returned(
            frame.GetThread().GetThreadID(),
            frame.GetSP(),
            frame.GetPC(),
            lambda kept: kept[0].result(frame, kept[1]),
        )

    def caught(self, frame):
        if not any(self.calls.threads.values()):
            return
        caller = frame.GetThread().GetFrameAtIndex(1)
        if caller.IsValid():
            self.calls.caught(frame.GetThread().GetThreadID(), caller.GetSP())

    def leaps(self, frame):
        if not any(self.calls.threads.values()):
            return
        error, process = lldb.SBError(), self.target.GetProcess()
        pointer = landing(
            self.target.GetTriple().split("-")[0],
            lambda name: frame.FindRegister(name).GetValueAsUnsigned(),
            lambda address: process.ReadUnsignedFromMemory(address, 8, error),
        )
        if pointer is not None and error.Success():
            self.calls.caught(frame.GetThread().GetThreadID(), pointer)


def returns_to(target, frame):
    """Where it returns to, and where its stack ends then; None of what is part of another function, which returns nowhere."""
    if frame.IsInlined():
        return None
    # Of a function that has jumped to it nothing is left on the stack.
    thread, at = frame.GetThread(), 1
    while thread.GetFrameAtIndex(at).IsArtificial():
        at += 1
    caller = thread.GetFrameAtIndex(at)
    if caller.IsValid():
        return caller.GetPC(), caller.GetSP()
    # lldb knows no way out of a function of which a part lies before it (`.cold`), but at its first instruction all is in its place.
    is_first = frame.GetSymbol().GetStartAddress().GetLoadAddress(target) == frame.GetPC()
    if not is_first or not target.GetTriple().startswith("x86_64"):
        return None
    error = lldb.SBError()
    address = target.GetProcess().ReadPointerFromMemory(frame.GetSP(), error)
    is_code = error.Success() and target.ResolveLoadAddress(address).GetSection().IsValid()
    return (address, frame.GetSP() + 8) if is_code else None


class Function:
    def __init__(self, target, frame):
        self.target = target
        self.start = frame.GetFunction().GetStartAddress().GetLoadAddress(target)
        # Rust's compiler puts the hash of a function's whole type behind its name.
        self.name = re.sub(r"::h[0-9a-f]{16}$", "", (frame.GetFunctionName() or "?").split("(")[0]).removeprefix("::")
        self.type = frame.GetFunction().GetType().GetFunctionReturnType()
        self.is_void = not self.type.IsValid() or self.type.GetByteSize() == 0
        self.words = None
        if not self.is_void:
            kind, size = self.type.GetCanonicalType(), self.type.GetByteSize()
            is_rust = frame.GetCompileUnit().GetLanguage() == lldb.eLanguageTypeRust
            parts = parts_of(kind)
            if not is_rust or size > 16 or (len(parts) == 1 and parts[0][1] == size):
                machine = target.GetTriple().split("-")[0]
                self.words = returned_in(machine, size, parts, is_plain(kind))

    def hidden(self, frame):
        """See hidden_in; None where that is not asked."""
        if self.words != "memory" or self.type.GetByteSize() > 16:
            return None
        given = None
        for value in frame.GetVariables(True, False, False, True):
            kind = value.GetType().GetCanonicalType()
            if kind.IsPointerType() or kind.IsReferenceType() or (kind.GetTypeFlags() & lldb.eTypeIsInteger):
                given = value.GetValueAsUnsigned(), kind.GetByteSize()
                break
        register = lambda name: frame.FindRegister(name).GetValueAsUnsigned()  # noqa: E731
        return hidden_in(register("rdi"), register("rsi"), given)

    def result(self, frame, hidden):
        if self.is_void:
            return None
        # What is declared as a copy of its own may be the compiler's all the same, and then lies in registers.
        is_small = self.words == "memory" and self.type.GetByteSize() <= 16
        if self.words is None or (is_small and frame.FindRegister("rax").GetValueAsUnsigned() != hidden):
            return "<lldb does not know where %s is returned>" % self.type.GetName()
        if self.words == "memory":
            address = frame.FindRegister("rax").GetValueAsUnsigned()
            place = lldb.SBAddress(address, self.target)
            return told_of(self.target.CreateValueFromAddress("returned", place, self.type))
        data, error, value = b"", lldb.SBError(), lldb.SBData()
        for name, count in self.words:
            raw = frame.FindRegister(name).GetData()
            data += bytes(raw.GetUnsignedInt8(error, at) for at in range(count))
        value.SetDataWithOwnership(error, data, lldb.eByteOrderLittle, 8)
        return told_of(self.target.CreateValueFromData("returned", value, self.type))


def told_of(value, depth=0):
    try:
        with untold():
            return text_of(value, depth)[:MOST_TEXT]
    except Exception as error:
        return "<%s>" % error


def text_of(value, depth):
    error = value.GetError()
    if error.Fail():
        return "<%s>" % error.GetCString()
    plain, summary = value.GetValue(), value.GetSummary()
    if plain is not None:
        return "%s %s" % (plain, summary) if summary else plain
    if summary and summary.startswith('"'):
        return summary
    # Of a list or a map each is looked for from the first one on.
    count = value.GetNumChildren(MOST_PARTS + 1)
    if count == 0 or depth >= MOST_DEPTH:
        return summary or ("{...}" if count > 0 else "{}")
    parts, length = [], 0
    while len(parts) < min(count, MOST_PARTS) and length <= MOST_TEXT:
        part = value.GetChildAtIndex(len(parts))
        name, text = part.GetName() or "", text_of(part, depth + 1)
        parts.append(text if name.startswith("[") else "%s = %s" % (name, text))
        length += len(text)
    if count > len(parts):
        parts.append("...")
    inside = "{%s}" % ", ".join(parts)
    return "%s %s" % (summary, inside) if summary else inside


def split_beginning(target, place):
    """The first instruction of a function whose unlikely part (`.cold`) lies before it, which lldb takes for its beginning."""
    function = place.GetFunction()
    low = function.GetStartAddress().GetFileAddress()
    for found in target.FindSymbols(function.GetMangledName() or function.GetName() or ""):
        start = found.GetSymbol().GetStartAddress()
        if start.GetFileAddress() > low and start.GetFunction().GetStartAddress().GetFileAddress() == low:
            return start
    return None


def behind_prologue(place):
    """Of a function that has all in one line, where lldb is at its very beginning: before anything lies where it is read from."""
    function, unit = place.GetFunction(), place.GetCompileUnit()
    start = function.GetStartAddress()
    if not function.IsValid() or start.GetLineEntry().GetLine() != place.GetLineEntry().GetLine():
        return None
    low, high = start.GetFileAddress(), function.GetEndAddress().GetFileAddress()
    line = place.GetLineEntry().GetLine()
    entries = (unit.GetLineEntryAtIndex(at) for at in range(unit.GetNumLineEntries()))
    starts = [entry.GetStartAddress() for entry in entries if entry.GetLine() == line]
    within = [start for start in starts if low < start.GetFileAddress() < high]
    return min(within, key=lambda start: start.GetFileAddress(), default=None)


def parts_of(kind, offset=0):
    """All that a type consists of: see returned_in."""
    kind = kind.GetCanonicalType()
    of, size = kind.GetTypeClass(), kind.GetByteSize()
    if of in (lldb.eTypeClassStruct, lldb.eTypeClassClass, lldb.eTypeClassUnion):
        if kind.GetNumberOfVirtualBaseClasses() > 0:
            return [(offset, size, None)]
        members = [kind.GetDirectBaseClassAtIndex(at) for at in range(kind.GetNumberOfDirectBaseClasses())]
        members += [kind.GetFieldAtIndex(at) for at in range(kind.GetNumberOfFields())]
        parts = [(offset, 8, False)] if kind.IsPolymorphicClass() and not members else []
        for member in members:
            if member.IsBitfield():
                parts.append((offset + member.GetOffsetInBits() // 8, 1, False))
            else:
                parts += parts_of(member.GetType(), offset + member.GetOffsetInBytes())
        return parts
    if of == lldb.eTypeClassArray:
        one = kind.GetArrayElementType()
        step = one.GetByteSize()
        return [part for at in range(min(size // step, 17) if step else 0) for part in parts_of(one, offset + at * step)]
    if of in (lldb.eTypeClassPointer, lldb.eTypeClassReference, lldb.eTypeClassEnumeration):
        return [(offset, size, False)]
    flags = kind.GetTypeFlags()
    if flags & lldb.eTypeIsFloat and not flags & (lldb.eTypeIsComplex | lldb.eTypeIsVector):
        return [(offset, size, True if size <= 8 else None)]
    is_integer = flags & lldb.eTypeIsScalar and not flags & (lldb.eTypeIsComplex | lldb.eTypeIsVector)
    return [(offset, size, False if is_integer else None)]


def is_plain(kind):
    """Whether no part of it has a destructor, or is copied by a function of its own."""
    kind = kind.GetCanonicalType()
    if kind.IsArrayType():
        return is_plain(kind.GetArrayElementType())
    if kind.GetTypeClass() not in (lldb.eTypeClassStruct, lldb.eTypeClassClass) or kind.GetByteSize() > 16:
        return True
    if kind.IsPolymorphicClass():
        return False
    for at in range(kind.GetNumberOfMemberFunctions()):
        member = kind.GetMemberFunctionAtIndex(at)
        if member.GetKind() == lldb.eMemberFunctionKindDestructor:
            return False
        if member.GetKind() == lldb.eMemberFunctionKindConstructor and member.GetNumberOfArguments() == 1:
            given = member.GetArgumentTypeAtIndex(0)
            same = given.GetDereferencedType().GetUnqualifiedType().GetName() == kind.GetName()
            if given.IsReferenceType() and same:
                return False
    bases = [kind.GetDirectBaseClassAtIndex(at) for at in range(kind.GetNumberOfDirectBaseClasses())]
    fields = [kind.GetFieldAtIndex(at) for at in range(kind.GetNumberOfFields())]
    return all(is_plain(member.GetType()) for member in bases + fields)


trace = None


def attempt(work, frame, location):
    """Never stops the program."""
    try:
        if frame.GetPC() != location.GetLoadAddress():
            frame = frame.GetThread().GetFrameAtIndex(0)
        if trace is not None and frame.GetPC() == location.GetLoadAddress():
            work(frame)
    except Exception as error:
        trace.write({"failed": "%s: %s" % (type(error).__name__, error)})
    return False


def began(frame, location, _):
    return attempt(lambda frame: trace.began(frame, location), frame, location)


def returned(frame, location, _):
    return attempt(lambda frame: trace.returned(frame), frame, location)


def caught(frame, location, _):
    return attempt(lambda frame: trace.caught(frame), frame, location)


def leaps(frame, location, _):
    return attempt(lambda frame: trace.leaps(frame), frame, location)


def named(callback):
    return "debug_server_" + callback


def set_functions(debugger, words, _, result, __):
    """MARK and the functions, as JSON in base64; answers with those of which there is no code yet."""
    global trace
    mark, text = words.split()
    if trace is None:
        trace = Trace(debugger.GetSelectedTarget(), mark + " ")
    result.AppendMessage(json.dumps({"unset": trace.trace(json.loads(base64.b64decode(text)))}))


def told(_, words, __, result, ___):
    """How many lines there were; with `end`, the program is over."""
    if words.strip() == "end" and trace is not None:
        trace.calls.finish()
    result.AppendMessage(json.dumps({"told": 0 if trace is None else trace.told}))


def __lldb_init_module(debugger, _):
    debugger.HandleCommand("command script add -o -f %s.set_functions debug-server-trace" % __name__)
    debugger.HandleCommand("command script add -o -f %s.told debug-server-told" % __name__)
