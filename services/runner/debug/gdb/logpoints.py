# Breakpoints that tell values and never stop. gdb's own dprintf wants to know the type of each; this prints any, and steps
# go on through it. What is told begins with MARK, which nobody else knows, and is one line of JSON.

import json

import gdb


class DebugServerLogpoint(gdb.Breakpoint):
    def prepare(self, spec):
        self.spec = spec
        self.passed = 0

    def stop(self):
        spec = self.spec
        try:
            if spec["condition"] and not gdb.parse_and_eval(spec["condition"]):
                return False
            over = self.passed - spec["skip"]
            self.passed += 1
            if over < 0 or over % (spec["between"] + 1) != 0:
                return False
            if spec["stops"] is not None and over // (spec["between"] + 1) >= spec["stops"]:
                return False
        except Exception as error:
            debug_server_say({"number": self.number, "text": "the condition fails: %s" % error})
            return False
        debug_server_say({"number": self.number, "text": "".join(debug_server_text(part) for part in spec["parts"])})
        return False


def debug_server_text(part):
    if part["kind"] == "text":
        return part["text"]
    try:
        return str(gdb.parse_and_eval(part["text"]))
    except Exception as error:
        return "<%s>" % error


def debug_server_say(what):
    gdb.write(MARK + json.dumps(what) + "\n")
    gdb.flush()


def debug_server_logpoint(text):
    spec = json.loads(text)
    point = DebugServerLogpoint(source=spec["path"], line=str(spec["line"]))
    point.prepare(spec)
    debug_server_say({"placed": point.number})
