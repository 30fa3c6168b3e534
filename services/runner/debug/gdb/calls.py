# Tells calls of functions, with what they are given and return, and how long they take. Breakpoints of gdb's Python stand where
# the functions begin and at each address that they have returned to; none of them stops the program, nor is told of. Behind
# debug_server_calls.py. What is told begins with CALLS_MARK, which nobody else knows, and is one line of JSON.

import contextlib
import json
import re

import gdb

MOST_NAMES = 1000
DEBUG_SERVER_PLAIN = (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_CHAR, gdb.TYPE_CODE_BOOL, gdb.TYPE_CODE_ENUM, gdb.TYPE_CODE_PTR)


class DebugServerTrace:
    def __init__(self):
        # What is told at once stays below what MarkedLines takes, however long its texts are.
        self.calls = Calls(self.tell, batch=25)
        self.begins = {}
        self.sites = {}
        self.functions = {}
        self.names = {}
        self.left = None
        # An expression is evaluated, which may call what is traced.
        self.is_quiet = False

    def trace(self, functions):
        """Answers with what cannot be traced yet, by numbers."""
        wanted = {function["id"]: function for function in functions}
        for number in [number for number in self.begins if number not in wanted]:
            self.begins.pop(number).delete()
            self.leave(number)
        for number, function in wanted.items():
            if number not in self.begins:
                begins = DebugServerBegins(source=function["file"], line=str(function["line"]), internal=True)
                begins.probe = number
                self.begins[number] = begins
        if wanted and self.left is None:
            self.left = [DebugServerCatches(function=name, internal=True) for name in CATCHES]
            for name in LEAPS:
                # It may be in no library of the program.
                with contextlib.suppress(gdb.error):
                    self.left.append(DebugServerLeaps("*(long) &%s" % name, internal=True))
        if not wanted and self.left is not None:
            for left in self.left:
                left.delete()
            self.left = None
        return [number for number, begins in self.begins.items() if begins.pending]

    def leave(self, number):
        """Its calls are told no more: nothing stands any more where none but they have returned to."""
        self.calls.forget(number)
        for address, site in list(self.sites.items()):
            site.probes.discard(number)
            if not site.probes:
                self.sites.pop(address).delete()

    def tell(self):
        told = self.calls.take()
        if told["records"]:
            self.write(told)

    def finish(self):
        self.calls.finish()
        self.tell()

    def write(self, what):
        gdb.write(CALLS_MARK + json.dumps(what) + "\n")
        gdb.flush()

    def name(self, thread):
        if thread.ptid not in self.names:
            if len(self.names) >= MOST_NAMES:
                self.names.clear()
            self.names[thread.ptid] = thread.name or "thread %d" % thread.num
        return self.names[thread.ptid]

    def forget(self):
        """Another program: nothing of the old one is where it was."""
        self.finish()
        self.functions.clear()
        for site in self.sites.values():
            site.delete()
        self.sites.clear()

    def began(self, probe):
        frame, thread = gdb.newest_frame(), gdb.selected_thread()
        function = frame.function()
        if frame.pc() not in self.functions:
            self.functions[frame.pc()] = DebugServerFunction(frame, function)
        known = self.functions[frame.pc()]
        record = {
            "probe": probe,
            "function": known.name,
            "arguments": [[symbol.name, debug_server_told(lambda: symbol.value(frame))] for symbol in known.arguments],
            "thread": self.name(thread),
        }
        caller = frame.older() if frame.type() == gdb.NORMAL_FRAME else None
        # Of a function that has jumped here nothing is left on the stack: it returns where that was to.
        while caller is not None and caller.type() == gdb.TAILCALL_FRAME:
            caller = caller.older()
        if caller is None:
            # What is part of another function returns nowhere.
            self.calls.end_below(thread.ptid, debug_server_pointer(frame))
            return self.calls.began(thread.ptid, debug_server_pointer(frame), None, record)
        address = caller.pc()
        if address not in self.sites:
            site = DebugServerReturns("*%d" % address, internal=True)
            site.address, site.probes = address, set()
            self.sites[address] = site
        self.sites[address].probes.add(probe)
        kept = (known, debug_server_hidden(frame, known))
        at = (known.start, frame.pc())
        self.calls.began(thread.ptid, debug_server_pointer(caller), address, record, kept, at)

    def returned(self, address):
        frame = gdb.newest_frame()
        self.calls.returned(
            gdb.selected_thread().ptid,
            debug_server_pointer(frame),
            address,
            lambda kept: debug_server_result(frame, *kept),
        )

    def caught(self):
        if not any(self.calls.threads.values()):
            return
        caller = gdb.newest_frame().older()
        if caller is not None:
            self.calls.caught(gdb.selected_thread().ptid, debug_server_pointer(caller))

    def leaps(self):
        if not any(self.calls.threads.values()):
            return
        frame, inferior = gdb.newest_frame(), gdb.selected_inferior()
        register = lambda name: int(frame.read_register(name))  # noqa: E731
        word = lambda address: int.from_bytes(inferior.read_memory(address, 8), "little")  # noqa: E731
        pointer = landing(debug_server_machine(), register, word)
        if pointer is not None:
            self.calls.caught(gdb.selected_thread().ptid, pointer)


class DebugServerFunction:
    def __init__(self, frame, function):
        self.name = function.name.split("(")[0] if function is not None else frame.name() or "?"
        self.arguments = []
        block = frame.block()
        while block is not None and block.function is None:
            block = block.superblock
        self.start = block.start if block is not None else frame.pc()
        for symbol in block or ():
            if symbol.is_argument and len(self.arguments) < 20:
                self.arguments.append(symbol)
        self.type = function.type.target().strip_typedefs() if function is not None else None
        is_rust = function is not None and function.symtab.filename.endswith(".rs")
        self.words = debug_server_words(self.type, is_rust)


class DebugServerBegins(gdb.Breakpoint):
    def stop(self):
        if not DEBUG_SERVER_TRACE.is_quiet:
            debug_server_try(lambda: DEBUG_SERVER_TRACE.began(self.probe))
        return False


class DebugServerReturns(gdb.Breakpoint):
    def stop(self):
        debug_server_try(lambda: DEBUG_SERVER_TRACE.returned(self.address))
        return False


class DebugServerCatches(gdb.Breakpoint):
    def stop(self):
        debug_server_try(DEBUG_SERVER_TRACE.caught)
        return False


class DebugServerLeaps(gdb.Breakpoint):
    def stop(self):
        debug_server_try(DEBUG_SERVER_TRACE.leaps)
        return False


def debug_server_try(work):
    """An error would stop the program."""
    try:
        work()
    except Exception as error:
        DEBUG_SERVER_TRACE.write({"failed": str(error)})


def debug_server_pointer(frame):
    return int(frame.read_register("sp"))


def debug_server_told(read):
    try:
        value, text = read(), ""
        # A million parts are deep enough in three levels of a hundred each: the next is looked at only where that may be shown.
        for depth in range(1, 4):
            text = value.format_string(max_elements=100, max_depth=depth)
            if "{...}" not in text or len(text) > MOST_TEXT // 2:
                break
        return text[:MOST_TEXT]
    except Exception as error:
        return "<%s>" % error


def debug_server_parts(kind, offset=0):
    """All that a type consists of: see returned_in."""
    kind = kind.strip_typedefs()
    if kind.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
        parts = []
        for field in kind.fields():
            if not hasattr(field, "bitpos"):
                continue
            if field.bitsize:
                parts.append((offset + field.bitpos // 8, 1, False))
            else:
                parts += debug_server_parts(field.type, offset + field.bitpos // 8)
        return parts
    if kind.code == gdb.TYPE_CODE_ARRAY and "vector_size" not in str(kind):
        low, high = kind.range()
        one = kind.target()
        return [part for at in range(min(high - low + 1, 17)) for part in debug_server_parts(one, offset + at * one.sizeof)]
    if kind.code == gdb.TYPE_CODE_FLT:
        return [(offset, kind.sizeof, True if kind.sizeof <= 8 else None)]
    plain = DEBUG_SERVER_PLAIN + (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF, gdb.TYPE_CODE_MEMBERPTR)
    return [(offset, kind.sizeof, False if kind.code in plain else None)]


def debug_server_words(kind, is_rust):
    if kind is None or kind.code == gdb.TYPE_CODE_VOID:
        return None
    parts = debug_server_parts(kind)
    # It has no convention for those.
    if is_rust and kind.sizeof <= 16 and (len(parts) != 1 or parts[0][1] != kind.sizeof):
        return None
    try:
        return returned_in(debug_server_machine(), kind.sizeof, parts, is_rust or debug_server_is_plain(kind))
    except gdb.error:
        # It has no name that gdb can read.
        return None


def debug_server_hidden(frame, known):
    """See hidden_in; None where that is not asked."""
    if known.words != "memory" or known.type.sizeof > 16:
        return None
    register = lambda name: int(frame.read_register(name)) & (2**64 - 1)  # noqa: E731
    return hidden_in(register("rdi"), register("rsi"), debug_server_first(frame, known))


def debug_server_first(frame, known):
    # It may be optimized out.
    with contextlib.suppress(gdb.error):
        for symbol in known.arguments:
            value = symbol.value(frame)
            kind = value.type.strip_typedefs()
            if kind.code in (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF):
                return int(value.referenced_value().address), 8
            if kind.code in DEBUG_SERVER_PLAIN:
                return int(value), kind.sizeof
    return None


def debug_server_machine():
    name = gdb.selected_frame().architecture().name()
    return {"i386:x86-64": "x86_64", "aarch64": "aarch64"}.get(name)


def debug_server_is_plain(kind):
    """Whether no part of it has a destructor, or is copied by a function of its own."""
    kind = kind.strip_typedefs()
    if kind.code == gdb.TYPE_CODE_ARRAY:
        return debug_server_is_plain(kind.target())
    if kind.code not in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION) or kind.sizeof > 16:
        return True
    if any((field.name or "").startswith("_vptr") for field in kind.fields()):
        return False
    if kind.name is not None:
        text = gdb.execute("ptype/r %s" % kind, to_string=True)
        own = re.escape(re.sub(r"<.*>", "", kind.name).rsplit("::", 1)[-1])
        if re.search(r"^\s+(virtual )?~|^\s+%s\((const )?[\w:<>, ]*%s[^,()]*&&?\);" % (own, own), text, re.MULTILINE):
            return False
    return all(debug_server_is_plain(field.type) for field in kind.fields() if hasattr(field, "bitpos"))


def debug_server_result(frame, known, hidden):
    if known.type is None or known.type.code == gdb.TYPE_CODE_VOID:
        return None
    # What is declared as a copy of its own may be the compiler's all the same, and then lies in registers.
    is_elsewhere = known.words == "memory" and known.type.sizeof <= 16 and int(frame.read_register("rax")) & (2**64 - 1) != hidden
    if known.words is None or is_elsewhere:
        return "<gdb does not know where %s is returned>" % known.type
    return debug_server_told(lambda: debug_server_value(frame, known))


def debug_server_value(frame, known):
    if known.words == "memory":
        address = frame.read_register("rax")
        return address.cast(known.type.pointer()).dereference()
    data = b"".join(debug_server_bytes(frame, name)[:count] for name, count in known.words)
    if known.type.code in (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF):
        pointer = gdb.Value(data, gdb.lookup_type("long")).cast(known.type.target().pointer())
        return pointer.dereference()
    return gdb.Value(data, known.type)


def debug_server_bytes(frame, name):
    value = frame.read_register(name)
    kind = value.type
    if kind.code == gdb.TYPE_CODE_UNION:
        value = value[next(field.name for field in kind.fields() if field.name in ("v2_int64", "d"))]
        value = value["s"] if value.type.code == gdb.TYPE_CODE_UNION else value
        if value.type.code == gdb.TYPE_CODE_ARRAY:
            value = value[0]
    return (int(value) & (2**64 - 1)).to_bytes(8, "little")


def debug_server_trace(text):
    DEBUG_SERVER_TRACE.write({"unset": DEBUG_SERVER_TRACE.trace(json.loads(text))})


DEBUG_SERVER_TRACE = DebugServerTrace()
gdb.events.exited.connect(lambda _event: DEBUG_SERVER_TRACE.finish())
gdb.events.clear_objfiles.connect(lambda _event: DEBUG_SERVER_TRACE.forget())
