"""Has a program stop where it fails, though a framework catches that: a failed test, or an exit with a code.

Test frameworks catch what tests raise. Where they call it a failure the stack is unwound already, but the traceback has
its frames still, with their variables: the program stops there as pydevd does at an uncaught exception. What a test
expects, skips or catches itself is none.
"""

import importlib.util
import sys
import threading

import pydevd
from _pydevd_bundle.pydevd_additional_thread_info import set_additional_thread_info
from _pydevd_bundle.pydevd_constants import get_current_thread_id, get_global_debugger


class Loader:
    """Loads a module as its own loader does, then changes it."""

    def __init__(self, loader, change):
        self.loader = loader
        self.change = change

    def __getattr__(self, name):
        return getattr(self.loader, name)

    def create_module(self, spec):
        return self.loader.create_module(spec)

    def exec_module(self, module):
        module.__spec__.loader = module.__loader__ = self.loader
        self.loader.exec_module(module)
        self.change(module)


class Finder:
    """Finds no module that others would not: has some changed as soon as they are there."""

    def __init__(self, changes):
        self.changes = changes

    def find_spec(self, name, path=None, target=None):
        change = self.changes.pop(name, None)
        if change is None:
            return None
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            spec.loader = Loader(spec.loader, change)
        return spec


# Of an exception that has been told: a reference would keep its frames alive, and its number may be another's soon.
TOLD = "__debug_server_told__"
# Of each stream that a framework has captured its end is told.
MOST_CAPTURED = 2000


class Failures:
    def __init__(self):
        # pytest runs the tests of unittest as well, and knows better which of them may fail.
        self.pytest = False
        # What has ended the process is told: the exit with a code that comes of it is not.
        self.over = False
        # What a framework has kept of the failing test's output, by the thread that is about to stop.
        self.captured = {}

    def stop(self, kind, value, traceback, captured=None):
        """The same exception is told once, however many report it."""
        py_db = get_global_debugger()
        if py_db is None or traceback is None or hasattr(value, TOLD):
            return
        if not py_db.break_on_uncaught_exceptions:
            return
        frames, own, entry = [], None, traceback
        breakpoint = py_db.get_exception_breakpoint(kind, py_db.break_on_uncaught_exceptions)
        while entry is not None:
            frames.append(entry.tb_frame)
            if breakpoint is None or not py_db.exclude_exception_by_filter(breakpoint, entry):
                own = entry.tb_frame
            entry = entry.tb_next
        thread = threading.current_thread()
        set_additional_thread_info(thread).pydev_message = getattr(breakpoint, "qname", kind.__name__)
        by_id = {id(frame): frame for frame in frames}
        thread_id = get_current_thread_id(thread)
        if captured is not None and any(captured.values()):
            self.captured[thread_id] = {name: text[-MOST_CAPTURED:] for name, text in captured.items()}
        try:
            py_db.do_stop_on_unhandled_exception(thread, own or frames[-1], by_id, (kind, value, traceback))
        finally:
            self.captured.pop(thread_id, None)

    def of_unittest(self, module):
        failures, part_executor = self, module._Outcome.testPartExecutor
        none = (module.SkipTest, module._ShouldStop, KeyboardInterrupt)

        class Part:
            def __init__(self, outcome, part):
                self.outcome = outcome
                self.part = part

            def __enter__(self):
                return self.part.__enter__()

            def __exit__(self, kind, value, traceback):
                expected = failures.pytest or self.outcome.expecting_failure
                if kind is not None and not expected and not issubclass(kind, none):
                    failures.stop(kind, value, traceback, buffered(getattr(self.outcome, "result", None)))
                return self.part.__exit__(kind, value, traceback)

        def test_part_executor(self, *args, **kwargs):
            return Part(self, part_executor(self, *args, **kwargs))

        module._Outcome.testPartExecutor = test_part_executor

    def of_suites(self, module):
        """What the set-up of a class or of a module raises."""
        failures, add = self, module.TestSuite._addClassOrModuleLevelException

        def added(self, result, exception, *args, **kwargs):
            if not isinstance(exception, module.case.SkipTest):
                failures.stop(type(exception), exception, exception.__traceback__)
            return add(self, result, exception, *args, **kwargs)

        module.TestSuite._addClassOrModuleLevelException = added

    def of_pytest(self, module):
        failures, initialize = self, module.PytestPluginManager.__init__

        class Plugin:
            def pytest_exception_interact(self, call, report):
                value = call.excinfo.value
                names = {"stdout": "capstdout", "stderr": "capstderr", "log": "caplog"}
                captured = {name: getattr(report, of, "") for name, of in names.items()}
                failures.stop(type(value), value, value.__traceback__, captured)

        def initialized(self, *args, **kwargs):
            initialize(self, *args, **kwargs)
            failures.pytest = True
            self.register(Plugin(), "debug_server_failures")

        module.PytestPluginManager.__init__ = initialized

    def of_processes(self, module):
        """What a process of multiprocessing raises, or exits with: its own start catches that, prints it and ends it."""
        failures, bootstrap = self, module.BaseProcess._bootstrap

        def bootstrapped(self, *args, **kwargs):
            run = self.run

            def watched():
                self.__dict__.pop("run")
                try:
                    run()
                except BaseException as problem:
                    failures.of_end(problem)
                    failures.over = True
                    raise

            self.run = watched
            return bootstrap(self, *args, **kwargs)

        module.BaseProcess._bootstrap = bootstrapped

    def of_end(self, problem):
        py_db = get_global_debugger()
        if isinstance(problem, SystemExit) and (py_db is None or py_db.ignore_system_exit_code(problem)):
            return
        self.stop(type(problem), problem, problem.__traceback__)


def buffered(result):
    """What unittest keeps back under `--buffer`."""
    streams = {name: getattr(result, "_%s_buffer" % name, None) for name in ("stdout", "stderr")}
    return {name: stream.getvalue() for name, stream in streams.items() if hasattr(stream, "getvalue")}


def tell_captured(failures):
    """It comes with the event of the stop."""
    from _pydevd_bundle.pydevd_net_command import NetCommand
    from _pydevd_bundle.pydevd_net_command_factory_json import NetCommandFactoryJson

    make_notification = NetCommandFactoryJson.make_thread_suspend_single_notification

    def notification(self, py_db, thread_id, *args, **kwargs):
        command = make_notification(self, py_db, thread_id, *args, **kwargs)
        captured = failures.captured.get(thread_id)
        if captured is None:
            return command
        event = command.as_dict
        event["body"]["debugServerCaptured"] = captured
        return NetCommand(command.id, command.seq, event, is_json=True)

    NetCommandFactoryJson.make_thread_suspend_single_notification = notification


def exits_with_codes(failures):
    """An exit with a code is a failure; that of a thread ends nothing but the thread."""

    def ignored(self, exception):
        main = threading.current_thread() is threading.main_thread()
        return not main or failures.over or getattr(exception, "code", exception) in (None, 0)

    pydevd.PyDB.ignore_system_exit_code = ignored


def watch_stops(failures):
    """What the program has printed is to be seen at the stop, not when its buffers are full. A recursion without an end
    ends pydevd's tracing with it, so that it does not see the exception: then it is stopped at here, before it is printed."""
    stop, hook = pydevd.PyDB.do_stop_on_unhandled_exception, sys.excepthook

    def stopping(self, thread, frame, frames_byid, arg):
        try:
            setattr(arg[1], TOLD, True)
        except AttributeError:
            pass  # an exception with slots
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:
                pass  # closed, or the program's own
        return stop(self, thread, frame, frames_byid, arg)

    def excepthook(kind, value, traceback):
        failures.stop(kind, value, traceback)
        hook(kind, value, traceback)

    pydevd.PyDB.do_stop_on_unhandled_exception = stopping
    sys.excepthook = excepthook


def watch():
    failures = Failures()
    changes = {
        "unittest.case": failures.of_unittest,
        "unittest.suite": failures.of_suites,
        "_pytest.config": failures.of_pytest,
        "multiprocessing.process": failures.of_processes,
    }
    for name in [name for name in changes if name in sys.modules]:
        changes.pop(name)(sys.modules[name])
    sys.meta_path.insert(0, Finder(changes))
    watch_stops(failures)
    exits_with_codes(failures)
    try:
        tell_captured(failures)
    except (AttributeError, ImportError):
        pass
