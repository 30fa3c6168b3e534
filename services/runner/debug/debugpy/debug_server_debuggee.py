"""Runs a program under debugpy: `python debug_server_debuggee.py SETTINGS ROLE FILE | -m MODULE | -c CODE [ARGUMENT...]`.

How it finds its debug adapter stands in the file SETTINGS, as JSON. ROLE is `program`, or `child` where a program that is
debugged has started it, or `server` where it is the one of multiprocessing that forks others, and is not debugged
itself. The program then sees what it would see without a
debugger: its own sys.argv, sys.path, os.environ and `__main__`.

A program that runs already reads this file in a thread of its own, with ATTACHED among the globals, and goes on when its
debugger goes; what was changed in pydevd stays for the next one.

pydevd, the debugger inside debugpy, is changed in fifteen places. Each change is left out where another version of it has
no such place.
"""

import json
import os
import sys

attached = globals().get("ATTACHED")
if attached:
    settings, role = attached, "attached"
else:
    with open(sys.argv[1]) as settings_file:
        settings = json.load(settings_file)
    role = sys.argv[2]
exit_told = False
# With -P, -I or PYTHONSAFEPATH, a program's directory is not put before sys.path: neither that of this one nor of the other.
safe_path = getattr(sys.flags, "safe_path", False) or bool(sys.flags.isolated)
if not safe_path and not attached:
    del sys.path[0]


def companion(name):
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "debug_server_%s.py" % name)


def from_companion(name, function):
    """A function of a file beside this one. Python's own import would write there."""
    import types

    module = types.ModuleType("debug_server_%s" % name)
    with open(companion(name), "rb") as file:
        exec(compile(file.read(), companion(name), "exec"), module.__dict__)
    return getattr(module, function)


def write_by_the_line():
    """What was printed is to be there at a stop, and in a report of what failed: Python keeps it back, but for a terminal."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(line_buffering=True)


def load_debugpy():
    """Imports the debugpy that the adapter has, wherever it lies, and leaves no trace of that behind."""
    import importlib.util

    environment, path = dict(os.environ), sys.path[:]
    # As shipped it lets the other threads run on where variables take more than 3 seconds to read.
    os.environ.setdefault("PYDEVD_UNBLOCK_THREADS_ON_VARIABLES_TIMEOUT", "-1")
    # That the modules of Python itself are frozen concerns nobody, and a program that runs cannot be told otherwise.
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    package = settings["package"]
    spec = importlib.util.spec_from_file_location(
        "debugpy", os.path.join(package, "__init__.py"), submodule_search_locations=[package]
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["debugpy"] = module
    # What it needs besides may lie next to it, as distributions have it.
    sys.path.append(os.path.dirname(package))
    spec.loader.exec_module(module)
    import debugpy.server  # noqa: F401

    sys.path[:] = path
    for name in set(os.environ) - set(environment):
        del os.environ[name]
    return module


def hide_own_frames():
    """To pydevd a frame is known by the base name of its file: those of this file are neither shown nor stepped into."""
    from _pydevd_bundle import pydevd_dont_trace_files as files

    for name in (__file__, *map(companion, ("failures", "functions", "records", "children"))):
        files.DONT_TRACE[os.path.basename(name)] = files.PYDEV_FILE


def wake_at_once():
    """A suspended thread looks for commands every 10 ms. Here it is woken when there are some."""
    import threading
    import time

    import pydevd

    wake, local = threading.Event(), threading.local()
    post = pydevd.PyDB.post_internal_command

    class Time:
        def __getattr__(self, name):
            return getattr(time, name)

        def sleep(self, seconds):
            if seconds != 0.01:
                return time.sleep(seconds)
            # The loop is: handle commands, sleep, see whether to go on. After a command the next sleep is left out too,
            # or what the command changed would be seen 10 ms late.
            if getattr(local, "woken", False):
                local.woken = False
            elif wake.wait(0.01):
                wake.clear()
                local.woken = True

    def post_and_wake(self, *args, **kwargs):
        post(self, *args, **kwargs)
        wake.set()

    pydevd.time = Time()
    pydevd.PyDB.post_internal_command = post_and_wake


def end_with_adapter():
    """A program that was stopped before something dangerous must not go on when its debugger is gone: it is killed.

    pydevd itself would let it run. Where it is pydevd that ends, because the program does, nothing is to be done.
    """
    import signal
    import threading

    from _pydevd_bundle.pydevd_comm import ReaderThread
    from _pydevd_bundle.pydevd_net_command import NetCommand

    current = threading.current_thread

    def lost(thread):
        if not thread._kill_received:
            os.kill(os.getpid(), signal.SIGKILL)

    def send(self, connection):
        try:
            send_command(self, connection)
        except OSError:
            # A program that closes what it has not opened: the adapter does not see that.
            if not current()._kill_received:
                os.write(2, b"debug-server: the program has closed its debugger's connection, and is ended\n")
            lost(current())
            raise

    if hasattr(ReaderThread, "_terminate_on_socket_close"):
        ReaderThread._terminate_on_socket_close = lost
    send_command = NetCommand.send
    NetCommand.send = send


def exits_are_no_failures():
    """sys.exit ends a program, whatever its code: no uncaught exception to stop at."""
    import pydevd

    pydevd.PyDB.ignore_system_exit_code = lambda self, exception: True


def answer_every_evaluation():
    """As shipped, nothing is answered to an expression that calls sys.exit, and nothing is told where None comes out."""
    from _pydevd_bundle import pydevd_vars

    class NoneType(int):
        """An int, for those have no parts."""

        def __repr__(self):
            return "None"

    def evaluate(py_db, frame, expression, is_exec):
        try:
            result = evaluate_expression(py_db, frame, expression, is_exec)
        except (Exception, KeyboardInterrupt):
            raise
        except BaseException as problem:
            told = type(type(problem).__name__, (Exception,), {"__module__": "builtins"})(*problem.args)
            if is_exec:
                raise told
            return pydevd_vars.ExceptionOnEvaluate(told, type(told), problem.__traceback__)
        return NoneType() if result is None and not is_exec else result

    evaluate_expression = pydevd_vars.evaluate_expression
    pydevd_vars.evaluate_expression = evaluate


def tell_frame_with_stop():
    """What everybody asks first at a stop is its innermost frame: it comes with the event, as `stackTrace` tells it."""
    import copy

    from _pydevd_bundle.pydevd_net_command import NetCommand
    from _pydevd_bundle.pydevd_net_command_factory_json import NetCommandFactoryJson

    def innermost(factory, py_db, thread):
        def until_shown(*args, **kwargs):
            """Frames behind the first that is shown need not be looked at, however many there are."""
            for found in factory._iter_visible_frames_info(*args, **kwargs):
                yield found
                frame, file = found[1], found[3]
                plugin = getattr(frame, "IS_PLUGIN_FRAME", False)
                if plugin or not py_db.is_files_filter_enabled or not py_db.apply_files_filter(frame, file, False):
                    return

        short = copy.copy(factory)
        short._iter_visible_frames_info = until_shown
        stack = short.make_get_thread_stack_message(py_db, 0, thread, None, None, must_be_suspended=True)
        return stack.as_dict["body"]["stackFrames"][0]

    def notification(self, py_db, thread, *args, **kwargs):
        command = make_notification(self, py_db, thread, *args, **kwargs)
        try:
            event = command.as_dict
            event["body"]["debugServerFrame"] = innermost(self, py_db, thread)
            return NetCommand(command.id, command.seq, event, is_json=True)
        except Exception:
            return command

    make_notification = NetCommandFactoryJson.make_thread_suspend_single_notification
    NetCommandFactoryJson.make_thread_suspend_single_notification = notification


def tell_wrong_conditions():
    """As shipped, a condition that is no Python is taken, and stops the program at every hit with a stack trace."""
    from _pydevd_bundle import pydevd_process_net_command_json as module
    from _pydevd_bundle.pydevd_net_command import NetCommand
    from _pydevd_bundle.pydevd_utils import convert_dap_log_message_to_expression

    def problem_of(breakpoint):
        for text, what in (
            (breakpoint.get("condition"), "condition"),
            (convert_dap_log_message_to_expression(breakpoint.get("logMessage") or ""), "log message"),
        ):
            try:
                compile(text or "0", "<condition>", "eval")
            except (SyntaxError, ValueError) as error:
                return "the %s is no Python expression: %s" % (what, getattr(error, "msg", error))
        return None

    def checking(handle):
        def checked(self, py_db, request):
            wished = request.arguments.breakpoints
            problems = [problem_of(one) for one in wished]
            for one, problem in zip(wished, problems):
                if problem is not None:
                    one.update(condition="False", logMessage=None)
            command = handle(self, py_db, request)
            if not any(problems):
                return command
            response = command.as_dict
            for told, problem in zip(response["body"]["breakpoints"], problems):
                if problem is not None:
                    told.update(verified=False, message=problem)
            return NetCommand(command.id, command.seq, response, is_json=True)

        return checked

    processor = module.PyDevJsonCommandProcessor
    for name in ("on_setbreakpoints_request", "on_setfunctionbreakpoints_request"):
        setattr(processor, name, checking(getattr(processor, name)))


def tell_functions_loaded():
    """As shipped, each function breakpoint is verified, whether there is such a function or not."""
    from_companion("functions", "tell")(settings["package"])


def count_hits_of_conditions():
    """As shipped, a condition and a number of hits stop the program where either holds. Here hits count where the
    condition holds, as in other debuggers."""
    import pydevd

    class Uncounted:
        def __init__(self, breakpoint):
            self.condition = breakpoint.condition

        def handle_hit_condition(self, frame):
            return False

    def handle(self, info, breakpoint, frame):
        if not (breakpoint.condition and getattr(breakpoint, "hit_condition", None)):
            return handle_condition(self, info, breakpoint, frame)
        return handle_condition(self, info, Uncounted(breakpoint), frame) and breakpoint.handle_hit_condition(frame)

    handle_condition = pydevd.PyDB.handle_breakpoint_condition
    pydevd.PyDB.handle_breakpoint_condition = handle


def give_elements_by_the_page():
    """As shipped, lists and the like are told up to their 500th element, or in groups, whatever page is asked for. Here
    they say how many they have, and `start` and `count` are kept to."""
    import collections
    import itertools

    from _pydevd_bundle import pydevd_api, pydevd_comm
    from _pydevd_bundle import pydevd_suspended_frames as frames
    from _pydevd_bundle.pydevd_constants import GENERATED_LEN_ATTR_NAME

    positions = (list, tuple, collections.deque)
    mappings = (dict, collections.OrderedDict, collections.defaultdict, collections.Counter)
    others = (set, frozenset)
    paged = positions + mappings + others

    def elements_of(value, start, count):
        """Each with its name, and how it is written after the name of the whole."""
        if type(value) in positions:
            for index in range(start, min(start + count, len(value))):
                yield str(index), value[index], "[%d]" % index
        elif type(value) in mappings:
            for key, one in itertools.islice(value.items(), start, start + count):
                name = name_of(key)
                yield name, one, "[%s]" % name if type(key) in (int, str, bytes, bool, float) else None
        else:
            for index, one in enumerate(itertools.islice(value, start, start + count), start):
                yield str(index), one, None

    def name_of(key):
        text = repr(key)
        return text if len(text) <= 200 else text[:200] + "..."

    def page_of(variable, arguments):
        if getattr(arguments, "filter", None) == "named":
            found = [(GENERATED_LEN_ATTR_NAME, len(variable.value), None)]
        else:
            count = getattr(arguments, "count", None) or len(variable.value)
            found = elements_of(variable.value, getattr(arguments, "start", None) or 0, count)
        for one in found:
            yield part_of(variable, *one)

    def part_of(variable, name, value, suffix):
        whole = variable.evaluate_name
        path = whole + suffix if whole and suffix else None
        return frames._ObjectVariable(
            variable.py_db, name, value, variable._register_variable, evaluate_name=path, frame=variable.frame
        )

    def child_named(self, name, fmt=None, scope=None):
        """By which a value is set."""
        whole = self.value
        if type(whole) in positions and name.isdigit():
            found = elements_of(whole, int(name), 1)
        elif type(whole) in mappings:
            found = elements_of(whole, 0, len(whole))
        else:
            return get_child_variable_named(self, name, fmt, scope)
        return next((part_of(self, *one) for one in found if one[0] == name), None)

    def get_variable(py_db, request):
        try:
            variable = py_db.suspended_frames_manager.get_variable(request.arguments.variablesReference)
        except Exception:
            variable = None
        if not isinstance(variable, frames._ObjectVariable) or type(variable.value) not in paged:
            return internal_get_variable_json(py_db, request)
        variable.get_children_variables = lambda fmt=None, scope=None: page_of(variable, request.arguments)
        try:
            return internal_get_variable_json(py_db, request)
        finally:
            del variable.get_children_variables

    def var_data(self, *args, **kwargs):
        data = get_var_data(self, *args, **kwargs)
        if type(self.value) in paged and data.get("variablesReference"):
            data["indexedVariables"], data["namedVariables"] = len(self.value), 1
        return data

    internal_get_variable_json = pydevd_comm.internal_get_variable_json
    get_var_data = frames._AbstractVariable.get_var_data
    get_child_variable_named = frames._AbstractVariable.get_child_variable_named
    frames._ObjectVariable.get_child_variable_named = child_named
    frames._AbstractVariable.get_var_data = var_data
    pydevd_api.internal_get_variable_json = get_variable


def tell_why_not_set():
    """As shipped, nothing is answered where the value of a variable cannot be worked out, and a name that is nowhere becomes
    a variable."""
    import difflib

    from _pydevd_bundle import pydevd_api, pydevd_comm
    from _pydevd_bundle._debug_adapter import pydevd_base_schema, pydevd_schema

    def require_variable(frame, name):
        known = {*frame.f_locals, *frame.f_globals, *frame.f_code.co_varnames}
        if name.isidentifier() and name not in known:
            near = difflib.get_close_matches(name, map(str, known), 1)
            hint = "; did you mean %s?" % near[0] if near else ""
            raise NameError("there is no variable %s%s" % (name, hint))

    def set_expression(py_db, request, thread_id):
        try:
            asked = request.arguments
            require_variable(py_db.find_frame(thread_id, asked.frameId), asked.expression.strip())
            internal_set_expression_json(py_db, request, thread_id)
        except Exception as error:
            refused = {
                "body": pydevd_schema.SetExpressionResponseBody(value=""),
                "success": False,
                "message": "%s: %s" % (type(error).__name__, error),
            }
            response = pydevd_base_schema.build_response(request, kwargs=refused)
            py_db.writer.add_command(pydevd_comm.NetCommand(pydevd_comm.CMD_RETURN, 0, response, is_json=True))

    internal_set_expression_json = pydevd_comm.internal_set_expression_json
    pydevd_api.internal_set_expression_json = set_expression


def follow_forks():
    """A forked child has no debugger's threads: at a breakpoint it would stand still for ever. It connects anew, or runs on
    untraced."""
    import threading

    import pydevd
    from _pydevd_bundle.pydevd_constants import get_global_debugger

    def forked():
        global role, exit_told
        debugger = get_global_debugger()
        pydevd.settrace_forked(setup_tracing=False)
        sys.settrace(None)
        threading.settrace(None)
        # Its copy of the parent's connection: the adapter is to see the parent's end, not the child's.
        for thread in (getattr(debugger, "reader", None), getattr(debugger, "writer", None)):
            if hasattr(thread, "sock"):
                thread.sock.close()
        if settings["children"] and not is_replaced():
            role, exit_told = "child", False
            unless_missing(connect_anew)

    os.register_at_fork(after_in_child=forked)


def notice_leaving():
    """Whoever configures a program and leaves at once would have it wait for ever: pydevd looks now and then whether
    everything is configured, which it is no more then."""
    import threading

    import pydevd

    def leaving(self):
        leave(self)
        wait_for_client.left.set()

    leave = pydevd.PyDB.on_disconnect
    pydevd.PyDB.on_disconnect = leaving
    wait_for_client.left = threading.Event()


def wait_for_client():
    import pydevd

    pydevd._wait_for_attach(cancel=getattr(wait_for_client, "left", None))


def connect_anew():
    import threading

    import pydevd
    from _pydevd_bundle import pydevd_constants
    from _pydevd_bundle.pydevd_custom_frames import custom_frames_container_init

    unless_missing(lambda: pydevd_constants.after_fork())
    threading.current_thread().__dict__["__pydevd_main_thread"] = True
    custom_frames_container_init()
    unless_missing(notice_leaving)
    if clear_thread_local_info is not None:
        clear_thread_local_info()
    pydevd.settrace(
        host="127.0.0.1",
        port=settings["port"],
        suspend=False,
        trace_only_current_thread=False,
        overwrite_prev_trace=True,
        patch_multiprocessing=False,
        client_access_token=settings["token"],
        dont_trace_start_patterns=(settings["package"],),
    )
    wait_for_client()


def tell(event, body):
    """To the adapter, which sees no more than that a process of its debuggee is gone. What is about to end waits for it."""
    import threading

    from _pydevd_bundle.pydevd_comm_constants import CMD_RETURN
    from _pydevd_bundle.pydevd_constants import get_global_debugger
    from _pydevd_bundle.pydevd_net_command import NetCommand

    debugger = get_global_debugger()
    if role != "child" or debugger is None or debugger.writer is None:
        return False
    command = NetCommand(CMD_RETURN, 0, {"type": "event", "event": event, "body": body}, is_json=True)
    sent = threading.Event()
    command.call_after_send(lambda _: sent.set())
    debugger.writer.add_command(command)
    sent.wait(0.5)
    return True


def tell_exit(code):
    global exit_told
    exit_told = tell("exited", {"exitCode": code}) or exit_told


def stay_until_exit():
    """As shipped the debugger leaves when the main thread has no more to do, before anybody knows the exit code."""
    import pydevd

    def dispose_in_time(self, *args, **kwargs):
        if role != "child" or exit_told:
            dispose(self, *args, **kwargs)

    dispose = pydevd.PyDB.dispose_and_kill_all_pydevd_threads
    pydevd.PyDB.dispose_and_kill_all_pydevd_threads = dispose_in_time


def exit_code_of(problem):
    code = getattr(problem, "code", 1) if isinstance(problem, SystemExit) else 1
    if code is None:
        return 0
    return code & 0xFF if isinstance(code, int) else 1


def stop_at_first_line():
    """What a client would do with "step in" before the first line."""
    import threading

    from _pydevd_bundle.pydevd_additional_thread_info import set_additional_thread_info
    from _pydevd_bundle.pydevd_comm_constants import CMD_STEP_INTO_MY_CODE

    info = set_additional_thread_info(threading.current_thread())
    info.pydev_original_step_cmd = CMD_STEP_INTO_MY_CODE
    info.pydev_step_cmd = CMD_STEP_INTO_MY_CODE
    info.pydev_step_stop = None


def run(target, arguments):
    """As Python does, in a `__main__` that is the program's alone."""
    import pkgutil
    import types

    from _pydevd_bundle import pydevd_runpy

    main = types.ModuleType("__main__")
    main.__builtins__ = __builtins__
    sys.modules["__main__"] = main
    if target == "-c":
        sys.argv[:] = ["-c"] + arguments[1:]
        if not safe_path:
            sys.path.insert(0, "")
        exec(compile(arguments[0], "<string>", "exec", dont_inherit=True), main.__dict__)
        return
    if target == "-m":
        sys.argv[:] = arguments
        sys.argv[0] = "-m"
        if not safe_path:
            sys.path.insert(0, os.getcwd())
        pydevd_runpy._run_module_as_main(arguments[0])
        return
    sys.argv[:] = [target] + arguments
    path = os.path.abspath(target)
    if pkgutil.get_importer(path) is None:
        if not safe_path:
            sys.path.insert(0, os.path.dirname(os.path.realpath(path)))
        with open(path, "rb") as file:
            source = file.read()
        code = compile(source, path, "exec", dont_inherit=True)
        pydevd_runpy._run_code(code, main.__dict__, None, "__main__", None, None, path)
    else:
        # A directory or an archive with a `__main__.py`.
        sys.path.insert(0, path)
        pydevd_runpy._run_module_as_main("__main__", alter_argv=False)


def debug():
    debugpy.configure(subProcess=False)
    # Told to the adapter as the name of the process.
    sys.argv[:] = [arguments[0] if target == "-m" else target]
    if role != "server":
        debugpy.connect(("127.0.0.1", settings["port"]), access_token=settings["token"])
        wait_for_client()
    if settings["stop_on_entry"] and role == "program":
        unless_missing(stop_at_first_line)
    try:
        run(target, arguments)
    finally:
        finished and finished()


def attach():
    import pydevd

    # What is left of one that was attached before.
    debugger = pydevd.get_global_debugger()
    if debugger is not None:
        debugger.dispose_and_kill_all_pydevd_threads(wait=False)
    debugpy.configure(subProcess=False)
    debugpy.connect(("127.0.0.1", settings["port"]), access_token=settings["token"])
    # All threads are traced by now.
    unless_missing(tell_attached)


def tell_attached():
    import pydevd
    from _pydevd_bundle.pydevd_comm_constants import CMD_RETURN
    from _pydevd_bundle.pydevd_net_command import NetCommand

    event = {"type": "event", "event": "debugServerAttached", "seq": 0, "body": {}}
    pydevd.get_global_debugger().writer.add_command(NetCommand(CMD_RETURN, 0, event, is_json=True))


def as_outermost(function):
    """To pydevd an exception is uncaught when it leaves PyDB._exec, or else when nobody below the first frame catches
    it. Here somebody does. It decides that when the thread is traced first, so all of that comes from there."""
    import types

    import pydevd

    if not hasattr(pydevd.PyDB, "_exec"):
        return function()
    entry = types.ModuleType("debug_server_entry")

    def call():
        del sys.modules[entry.__name__]
        function()

    entry.call = call
    sys.modules[entry.__name__] = entry
    pydevd.PyDB._exec(None, True, "call", entry.__name__, None, None, None)


def without_own_frames(traceback):
    """What Python prints of an uncaught exception begins at the program."""
    own = (os.path.dirname(__file__), settings["package"])
    while traceback is not None and traceback.tb_frame.f_code.co_filename.startswith(own):
        traceback = traceback.tb_next
    return traceback


def unless_missing(change):
    try:
        return change()
    except (AttributeError, ImportError):
        return None


def changed():
    """debugpy, as it is to be. It is changed once."""
    known = sys.modules.get("debug_server_debugpy")
    if known is not None:
        return known
    debugpy = load_debugpy()
    own = () if attached else (end_with_adapter, stay_until_exit, notice_leaving)
    for change in (
        hide_own_frames,
        wake_at_once,
        exits_are_no_failures,
        answer_every_evaluation,
        tell_frame_with_stop,
        tell_wrong_conditions,
        tell_functions_loaded,
        count_hits_of_conditions,
        give_elements_by_the_page,
        tell_why_not_set,
        follow_forks,
        *own,
    ):
        unless_missing(change)
    sys.modules["debug_server_debugpy"] = debugpy
    return debugpy


def main():
    try:
        as_outermost(debug)
        tell_exit(0)
    except SystemExit as problem:
        tell_exit(exit_code_of(problem))
        raise
    except BaseException as problem:
        problem.__traceback__ = without_own_frames(problem.__traceback__)
        sys.excepthook(type(problem), problem, problem.__traceback__)
        code = 130 if isinstance(problem, KeyboardInterrupt) else 1
        tell_exit(code)
        sys.exit(code)


debugpy = changed()
if attached:
    attach()
else:
    write_by_the_line()
    clear_thread_local_info = None
    try:
        from _pydevd_frame_eval.pydevd_frame_eval_main import clear_thread_local_info
    except ImportError:
        pass
    finished = unless_missing(lambda: from_companion("records", "record")())
    if settings["failures"]:
        unless_missing(lambda: from_companion("failures", "watch")())
    is_replaced = lambda: False  # noqa: E731
    if settings["children"]:
        is_replaced = from_companion("children", "follow")(os.path.abspath(__file__), sys.argv[1], tell, tell_exit)
    target, arguments = sys.argv[3], sys.argv[4:]
    main()
