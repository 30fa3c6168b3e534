"""Tells calls of chosen functions, with arguments, results and durations, and what log messages of watches evaluate to.

A request `debugServerTrace` names the functions; events `debugServerTraced` tell their calls, several at once, each when it
has returned, or when the program ends. Calls are seen by the interpreter's profile function, which stands beside pydevd's own tracing. Threads that ran
before the first request, other than the main one, are seen from Python 3.12 on.
"""

import collections
import ctypes
import dis
import json
import os
import reprlib
import sys
import threading
import time

from _pydevd_bundle.pydevd_comm_constants import CMD_RETURN
from _pydevd_bundle.pydevd_constants import get_global_debugger
from _pydevd_bundle.pydevd_net_command import NetCommand

MOST_HELD = 5000
# Told together: of so many, or after so many seconds.
BATCH, PATIENCE = 200, 0.05
RETURNS = {dis.opmap[name] for name in ("RETURN_VALUE", "RETURN_CONST") if name in dis.opmap}
YIELDS = {dis.opmap[name] for name in ("YIELD_VALUE", "RETURN_GENERATOR") if name in dis.opmap}
# Before Python 3.11, and from then on.
YIELD_FROM, RESUME = dis.opmap.get("YIELD_FROM"), dis.opmap.get("RESUME")
# Whose code is known to be traced, or not to be.
MOST_KNOWN = 20000

short = reprlib.Repr()
short.maxstring = short.maxother = short.maxlong = 160
short.maxlist = short.maxtuple = short.maxdict = short.maxset = short.maxfrozenset = 10
short.maxlevel = 3


def told(value):
    try:
        return short.repr(value)
    except Exception as error:
        return "<%s>" % type(error).__name__


def is_suspended(frame):
    """Whether a generator or an async function stands where it goes on later: versions of Python have places of their own for that."""
    code, at = frame.f_code.co_code, frame.f_lasti
    if at < 0:
        return False
    if code[at] in YIELDS:
        return True
    if RESUME is None:
        return code[at + 2 : at + 3] == bytes([YIELD_FROM])
    return code[at] == RESUME and at >= 2 and code[at - 2] in YIELDS


class Calls:
    def __init__(self):
        self.functions = []
        self.known = {}
        self.active = {}
        self.depths = threading.local()
        self.held = collections.deque(maxlen=MOST_HELD)
        self.lost = 0
        self.sent = time.monotonic()
        self.lock = threading.RLock()
        self.on = False

    def trace(self, functions):
        self.functions = functions
        self.known = {}
        wanted = {function["id"] for function in functions}
        for frame, (record, *_) in list(self.active.items()):
            if record["probe"] not in wanted:
                self.active.pop(frame, None)
        if functions and not self.on:
            self.on = True
            self.depths = threading.local()
            threading.setprofile(self.profile)
            if hasattr(threading, "setprofile_all_threads"):
                threading.setprofile_all_threads(self.profile)
            else:
                in_main_thread(lambda: sys.setprofile(self.profile))
        elif not functions and self.on:
            # Each thread takes it away itself, at its next call.
            self.on = False
            threading.setprofile(None)

    def probe(self, code):
        """The number of the function that this is the code of; None where it is none of them."""
        for function in self.functions:
            name = getattr(code, "co_qualname", code.co_name).replace(".<locals>", "")
            wanted = function["name"]
            if not ("." + name).endswith("." + wanted) and code.co_name != wanted:
                continue
            if os.path.realpath(code.co_filename) == os.path.realpath(function["file"]):
                return function["id"]
        return None

    def profile(self, frame, event, value):
        if event == "call":
            code = frame.f_code
            # Code is equal to any of the same text, whatever file that is in; what is kept keeps its number.
            all_known = self.known
            known = all_known.get(id(code))
            if known is None:
                if len(all_known) >= MOST_KNOWN:
                    all_known = self.known = {}
                known = all_known[id(code)] = (self.probe(code), code)
            probe = known[0]
            if probe is not None:
                self.called(probe, frame)
            elif not self.on:
                sys.setprofile(None)
        elif event == "return":
            active = self.active.get(frame)
            if active is not None:
                self.returned(frame, value, *active)

    def called(self, probe, frame):
        depth = self.depths.__dict__.get("depth", 0)
        self.depths.depth = depth + 1
        # A generator is called once, and goes on often.
        active = self.active.get(frame)
        if active is not None:
            # Where it stands, and not behind that, it is thrown into.
            is_thrown = RESUME is not None and frame.f_code.co_code[frame.f_lasti] in YIELDS
            self.active[frame] = active[:2] + (frame.f_lasti if is_thrown else None,)
            return
        code, values = frame.f_code, frame.f_locals
        count = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 4) + bool(code.co_flags & 8)
        arguments = [[name, told(values.get(name))] for name in code.co_varnames[:count][:20]]
        record = {
            "probe": probe,
            "function": getattr(code, "co_qualname", code.co_name),
            "arguments": arguments,
            "began": time.time() * 1000,
            "depth": depth,
            "thread": threading.current_thread().name,
        }
        self.active[frame] = (record, time.perf_counter(), None)

    def returned(self, frame, value, record, begun, thrown):
        self.depths.depth = max(0, self.depths.__dict__.get("depth", 0) - 1)
        is_left = value is None and frame.f_lasti == thrown
        if is_suspended(frame) and not is_left:
            return
        ended = time.perf_counter()
        operation = frame.f_code.co_code[frame.f_lasti] if frame.f_lasti >= 0 else None
        self.active.pop(frame, None)
        ms = (ended - begun) * 1000
        if operation in RETURNS:
            record.update(ended="returned", result=told(value), ms=ms)
        else:
            record.update(ended="raised", result=None, ms=ms)
        self.tell(record)

    def tell(self, record):
        with self.lock:
            if len(self.held) == MOST_HELD:
                self.lost += 1
            self.held.append(record)
            due = len(self.held) >= BATCH or time.monotonic() - self.sent > PATIENCE
        if due:
            self.flush()

    def finish(self):
        """The program is over: what has not returned will not any more."""
        for record, *_ in list(self.active.values()):
            self.tell(dict(record, ended="open", result=None, ms=None))
        self.flush()

    def flush(self):
        with self.lock:
            records, lost = list(self.held), self.lost
            self.held.clear()
            self.lost, self.sent = 0, time.monotonic()
            if records or lost:
                say({"type": "event", "event": "debugServerTraced", "body": {"records": records, "lost": lost}})


def say(message):
    py_db = get_global_debugger()
    if py_db is not None and py_db.writer is not None:
        py_db.writer.add_command(NetCommand(CMD_RETURN, 0, message, is_json=True))


def in_main_thread(function):
    """As soon as that runs Python code, also while it stands still: pydevd waits in Python."""

    @ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
    def pending(_):
        try:
            function()
        except Exception:
            pass
        return 0

    in_main_thread.kept = pending  # for as long as it may be called
    ctypes.pythonapi.Py_AddPendingCall(pending, None)


def take_requests(calls):
    from _pydevd_bundle.pydevd_process_net_command_json import PyDevJsonCommandProcessor as Processor

    process = Processor.process_net_command_json

    def processed(self, py_db, json_contents, *args, **kwargs):
        text = json_contents.decode("utf-8") if isinstance(json_contents, bytes) else json_contents
        if '"debugServerTrace"' in text:
            request = json.loads(text)
            if request.get("command") == "debugServerTrace":
                functions = (request.get("arguments") or {}).get("functions")
                if functions is not None:
                    calls.trace(functions)
                calls.flush()
                answer = {"type": "response", "request_seq": request["seq"], "command": request["command"]}
                return say(dict(answer, success=True, body={}))
        return process(self, py_db, json_contents, *args, **kwargs)

    Processor.process_net_command_json = processed


def mark_failed_watches():
    """The message of a watch begins with a mark, which is lost where its expression fails: as shipped the error stands in
    place of all of it."""
    import pydevd

    handle = pydevd.PyDB.handle_breakpoint_expression

    def handled(self, breakpoint, info, frame):
        expression = breakpoint.expression or ""
        start = expression.find("~watch ")
        if start < 0:
            return handle(self, breakpoint, info, frame)
        try:
            info.pydev_message = str(eval(expression, frame.f_globals, frame.f_locals))
        except Exception as error:
            mark = expression[start : expression.index("~", start + 1) + 1]
            info.pydev_message = "%s<%s: %s>" % (mark, type(error).__name__, error)

    pydevd.PyDB.handle_breakpoint_expression = handled


def record():
    """Answers with what is to be called when the program is over, while pydevd can tell something still."""
    calls = Calls()
    for change in (lambda: take_requests(calls), mark_failed_watches):
        try:
            change()
        except (AttributeError, ImportError):
            pass
    return calls.finish
