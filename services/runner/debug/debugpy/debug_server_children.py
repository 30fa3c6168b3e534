"""Has the processes of Python that a program starts come under its debugger, too.

Whatever starts one (subprocess, multiprocessing, os.exec*, os.spawn*, os.posix_spawn) is given the words for the debuggee's
shim in place of the program's own, as long as it is the same Python: another one may not load this debugger. Programs
that a shell or a script starts are not seen. Forks are the shim's own affair.
"""

import functools
import os
import re
import sys
import threading

# Helpers of multiprocessing: they run nothing of the program.
TRACKERS = re.compile(r"^from multiprocessing\.(resource_tracker|semaphore_tracker) import main;")
FORK_SERVER = re.compile(r"^from multiprocessing\.forkserver import main;")
# Of Python's options: those without a value that may stand together, then one that has a value.
OPTION = re.compile(r"-([bBdEhiIOPqsSuvVx?]*)(?:([cmWX])(.*))?$", re.S)

OWN_FLAGS = ["-Xfrozen_modules=off"]


def words_for(words, file, shim, settings):
    """The words by which the same program runs under the shim; None where it is to run as it is."""
    try:
        if os.path.realpath(file) != os.path.realpath(sys.executable):
            return None
    except OSError:
        return None
    at = 1
    while at < len(words):
        word = words[at]
        if word in ("--check-hash-based-pycs",):
            at += 2
            continue
        option = OPTION.match(word)
        if option is None or word == "-":
            break
        alone, valued, value = option.groups()
        if set(alone) & set("hViV?"):
            return None
        if valued in ("c", "m"):
            rest = words[at + 1 :]
            if not value:
                if not rest:
                    return None
                value, rest = rest[0], rest[1:]
            if valued == "c" and TRACKERS.match(value):
                return None
            role = "server" if valued == "c" and FORK_SERVER.match(value) else "child"
            options = words[1:at] + (["-" + alone] if alone else [])
            return [words[0]] + options + OWN_FLAGS + [shim, settings, role, "-" + valued, value] + rest
        at += 1 if valued is None or value else 2
    if at >= len(words) or words[at].startswith("-"):
        return None
    return words[:at] + OWN_FLAGS + [shim, settings, "child"] + words[at:]


def follow(shim, settings, tell, tell_exit):
    """Answers with what tells whether a fork that has just been made is about to run another program."""
    spawning = threading.local()

    def changed(words, files):
        try:
            texts = [os.fsdecode(word) for word in words]
            file = next((one for one in map(os.fsdecode, files) if os.access(one, os.X_OK)), None)
            found = None if not texts or file is None else words_for(texts, file, shim, settings)
        except Exception:
            return words
        if found is None:
            return words
        return [os.fsencode(word) for word in found] if isinstance(words[0], bytes) else found

    def replace(module, name, wrap):
        original = getattr(module, name, None)
        if original is not None:
            setattr(module, name, functools.wraps(original)(wrap(original)))

    def of_fork_exec(original):
        def fork_exec(words, files, *rest):
            spawning.now = True
            try:
                return original(changed(words, files), files, *rest)
            finally:
                spawning.now = False

        return fork_exec

    def of_exec(original):
        def execute(file, words, *rest):
            words = list(words)
            found = changed(words, [file])
            tell("debugServerReplaced", {})
            if found is not words:
                announce_replacement()
            return original(file, found, *rest)

        return execute

    def of_posix_spawn(original):
        def spawn(file, words, *rest, **options):
            words = list(words)
            found = file if os.path.dirname(os.fsdecode(file)) else on_path(os.fsdecode(file))
            return original(file, changed(words, [found]), *rest, **options)

        return spawn

    def of_exit(original):
        def leave(status):
            try:
                tell_exit(status & 0xFF)
            except Exception:
                pass
            original(status)

        return leave

    import subprocess

    import _posixsubprocess

    replace(_posixsubprocess, "fork_exec", of_fork_exec)
    if hasattr(subprocess, "_fork_exec"):
        subprocess._fork_exec = _posixsubprocess.fork_exec
    for name in ("execv", "execve"):
        replace(os, name, of_exec)
    for name in ("posix_spawn", "posix_spawnp"):
        replace(os, name, of_posix_spawn)
    replace(os, "_exit", of_exit)
    return lambda: getattr(spawning, "now", False)


def on_path(name):
    import shutil

    return shutil.which(name) or name


def announce_replacement():
    """The process goes on as another program of Python, which connects anew: the adapter is not to take that for another
    process of the same number."""
    from _pydevd_bundle.pydevd_comm_constants import CMD_RETURN
    from _pydevd_bundle.pydevd_constants import get_global_debugger
    from _pydevd_bundle.pydevd_net_command import NetCommand

    debugger = get_global_debugger()
    if debugger is None or debugger.writer is None:
        return
    body = {"exitCode": 0, "pydevdReason": "processReplaced"}
    command = NetCommand(CMD_RETURN, 0, {"type": "event", "event": "exited", "body": body}, is_json=True)
    sent = threading.Event()
    command.call_after_send(lambda _: sent.set())
    debugger.writer.add_command(command)
    sent.wait(0.5)
