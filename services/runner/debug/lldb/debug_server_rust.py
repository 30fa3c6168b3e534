"""Programs of Rust, for lldb: their values, and what panics say. Loaded by lldb-dialect.ts."""

import json
import os
import re
import stat

import debug_server_rust_values
import lldb

CATEGORY = "debug-server-rust"
# Bytes of what a panic has written, with its stack.
MOST_WRITTEN = 65536


def __lldb_init_module(debugger, _):
    debugger.HandleCommand("command script add -o -f %s.load debug-server-rust" % __name__)
    debugger.HandleCommand("command script add -o -f %s.panic debug-server-panic" % __name__)


def load(debugger, _, __, result, ___):
    """Has values shown, and says so, where there is a program of Rust."""
    if not is_rust(debugger.GetSelectedTarget().GetModuleAtIndex(0)):
        debugger.HandleCommand("debug-server-structures")
        return
    module = debug_server_rust_values.__name__
    for command in (
        "script import %s" % module,
        "type synthetic add -p -r -w %s -l %s.Parts --recognizer-function %s.has_parts" % (CATEGORY, module, module),
        "type summary add -e -p -r -w %s -F %s.summary --recognizer-function %s.is_known" % (CATEGORY, module, module),
        "type summary add -w %s -F %s.character char32_t" % (CATEGORY, module),
        'type format add -w %s -f unsigned "unsigned char"' % CATEGORY,
        'type format add -w %s -f decimal "signed char"' % CATEGORY,
        "type format add -w %s -f decimal char" % CATEGORY,
        "type category enable %s" % CATEGORY,
    ):
        debugger.HandleCommand(command)
    result.AppendMessage("rust")


def panic(_, __, ___, result, ____):
    """What the last panic has said, as JSON: its message, which nothing tells but what it has written."""
    result.AppendMessage(json.dumps(panic_message(written())))


def written():
    """The end of the standard error of the debuggee's command, where that is a file: see engine-host.sh."""
    try:
        file = os.open("/proc/%s/fd/4" % os.environ["DEBUG_SERVER_HOST"], os.O_RDONLY | os.O_NONBLOCK)
    except (KeyError, OSError):
        return ""
    try:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            return ""
        os.lseek(file, max(0, os.lseek(file, 0, os.SEEK_END) - MOST_WRITTEN), os.SEEK_SET)
        return os.read(file, MOST_WRITTEN).decode("utf-8", "replace")
    finally:
        os.close(file)


def panic_message(text):
    """Of `thread 'main' panicked at src/main.rs:2:5:` and what follows; before Rust 1.73 it stood on the same line."""
    *_, last = re.split(r"^thread '.*?' (?:\(\d+\) )?panicked at ", text, flags=re.MULTILINE)
    if last == text:
        return None
    last = re.split(r"\n(?:note: run with `RUST_BACKTRACE|stack backtrace:)", last)[0].rstrip()
    old = re.match(r"'(.*)', [^\n]*:\d+:\d+$", last, re.DOTALL)
    new = re.match(r"[^\n]*:\d+:\d+:\n(.*)$", last, re.DOTALL)
    return old[1] if old else new[1] if new else None


def is_rust(module):
    for name, mark in ((".debug_gdb_scripts", b"rust"), (".comment", b"rustc version")):
        section = module.FindSection(name)
        if not section.IsValid():
            continue
        data = section.GetSectionData()
        error = lldb.SBError()
        content = data.ReadRawData(error, 0, data.GetByteSize()) if data.GetByteSize() > 0 else b""
        if error.Success() and mark in content:
            return True
    return False
