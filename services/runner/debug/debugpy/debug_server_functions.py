"""Tells of which function breakpoints the program has loaded the function: to pydevd each is verified, whatever its name.

pydevd compares the name of each function of the program's own that is called. What has been loaded before is found by the functions that there are,
and the frames that run; what comes later by the interpreter's audit event of code that is about to be executed, a module's
above all. The hook comes with the first function breakpoint, for none can be taken away, and looks at nothing while all are found.
"""

import collections
import difflib
import gc
import os
import sys
import threading
import types

from _pydevd_bundle import pydevd_process_net_command_json as commands
from _pydevd_bundle.pydevd_comm_constants import CMD_RETURN
from _pydevd_bundle.pydevd_constants import get_global_debugger
from _pydevd_bundle.pydevd_net_command import NetCommand

# Of the program's own, to name one that is nearly meant.
MOST_NAMES = 20000
# pydevd compares these and goes on all the same.
WITHOUT_NAME = ("<module>", "<lambda>")

Frame = collections.namedtuple("Frame", "f_code f_back f_globals f_lineno")


def is_own(debugger, beside, code):
    """Whether pydevd looks at calls of it: not at those of libraries, nor of what lies beside debugpy and belongs to it."""
    if code.co_filename.startswith(("<", beside)):
        return False
    frame = Frame(code, None, {}, code.co_firstlineno)
    if debugger.get_file_type(frame) is not None:
        return False
    return not (debugger.is_files_filter_enabled and debugger.apply_files_filter(frame, code.co_filename, False))


def with_inner(code):
    left = [code]
    while left:
        one = left.pop()
        yield one
        left.extend(const for const in one.co_consts if isinstance(const, types.CodeType))


def loaded():
    """All code that can be called, but for that within functions."""
    for frame in sys._current_frames().values():
        while frame is not None:
            yield frame.f_code
            frame = frame.f_back
    for found in gc.get_objects():
        if type(found) is types.FunctionType:
            yield found.__code__


class Functions:
    def __init__(self, package):
        self.beside = os.path.join(os.path.dirname(package), "")
        self.hears = False
        self.forget()
        os.register_at_fork(after_in_child=self.forget)

    def forget(self):
        """Of a forked process: it has a debugger of its own, and its threads hold no lock."""
        self.lock = threading.RLock()
        self.names = set()
        # What is not found yet, by its name: the number of the breakpoint, and what has been told of it.
        self.missing = {}

    def set(self, debugger, told):
        """`told`: of each breakpoint its name and the answer, to be put right."""
        self.missing = {}
        for name, answer in told:
            if answer["verified"]:
                self.missing[name] = answer
        if not self.missing:
            return
        if not self.hears:
            self.hears = True
            sys.addaudithook(self.hear)
        seen = set()
        try:
            for code in loaded():
                if code not in seen:
                    seen.add(code)
                    self.see(debugger, code)
        except Exception:
            # Of another version, perhaps: better none is told of than none set.
            self.missing = {}
        for name, answer in self.missing.items():
            answer.update(verified=False, message=self.why(name, self.names))

    def why(self, name, names):
        if name in WITHOUT_NAME:
            return "debugpy stops at no function by the name of %s" % name
        last = name.rpartition(".")[2]
        if last != name:
            return "debugpy knows functions of Python by their own name alone: %s" % last
        # It may have been there, and be gone.
        near = difflib.get_close_matches(name, (other for other in names if other != name), 1)
        hint = "; did you mean %s?" % near[0] if near else ""
        return "the program has loaded no function %s of its own yet%s" % (name, hint)

    def see(self, debugger, code):
        """Those that it has are not missing any more: they are returned, and what names it has brought."""
        found, names = [], set()
        if is_own(debugger, self.beside, code):
            for one in with_inner(code):
                name = one.co_name
                if len(self.names) < MOST_NAMES and not name.startswith("<") and name not in self.names:
                    self.names.add(name)
                    names.add(name)
                if name not in WITHOUT_NAME and name in self.missing:
                    found.append(self.missing.pop(name))
        return found, names

    def hear(self, event, arguments):
        # Whatever is raised here is raised in the program.
        if event != "exec" or not self.missing:
            return
        try:
            debugger, code = get_global_debugger(), arguments[0]
            if debugger is None or not isinstance(code, types.CodeType) or code.co_filename.startswith("<"):
                return
            with self.lock:
                found, names = self.see(debugger, code)
                for answer in found:
                    self.tell(debugger, {"id": answer["id"], "verified": True})
                for name, answer in self.missing.items() if names else ():
                    why = self.why(name, names)
                    if "did you mean" in why and "did you mean" not in answer["message"]:
                        answer["message"] = why
                        self.tell(debugger, {"id": answer["id"], "verified": False, "message": why})
        except Exception:
            return

    def tell(self, debugger, breakpoint):
        body = {"reason": "changed", "breakpoint": breakpoint}
        event = {"type": "event", "event": "breakpoint", "seq": 0, "body": body}
        debugger.writer.add_command(NetCommand(CMD_RETURN, 0, event, is_json=True))


def tell(package):
    sys.addaudithook  # noqa: B018 - before Python 3.8 there is none, and nothing is changed
    functions = Functions(package)

    def on_leave(self, debugger, request):
        # A program that goes on without its debugger is not to look at all that it loads for nobody.
        functions.missing = {}
        return leave(self, debugger, request)

    def on_set(self, debugger, request):
        with functions.lock:
            command = handle(self, debugger, request)
            response = command.as_dict
            answers = (response.get("body") or {}).get("breakpoints") or []
            functions.set(debugger, list(zip((one["name"] for one in request.arguments.breakpoints), answers)))
            # Before anything is told of them.
            debugger.writer.add_command(NetCommand(command.id, command.seq, response, is_json=True))

    processor = commands.PyDevJsonCommandProcessor
    handle = processor.on_setfunctionbreakpoints_request
    processor.on_setfunctionbreakpoints_request = on_set
    leave = processor.on_disconnect_request
    processor.on_disconnect_request = on_leave
