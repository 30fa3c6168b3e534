import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import t from 'tap'

const file = resolve(
  import.meta.dirname,
  '../../../../../services/runner/debug/debugpy/debug_server_functions.py',
)

/** A pydevd that has no more than what function breakpoints take, and one of them for what no program has. */
const program = `
import runpy, sys, types

class Debugger:
    is_files_filter_enabled = False
    def __init__(self):
        self.writer, self.said, self.fails = self, [], False
    def get_file_type(self, frame):
        if self.fails:
            raise TypeError("of another version")
    def add_command(self, command):
        self.said.append(command)

class Command:
    def __init__(self, id, seq, text, is_json):
        self.id, self.seq, self.as_dict = id, seq, text

class Processor:
    def on_setfunctionbreakpoints_request(self, debugger, request):
        told = [{"id": n, "verified": True} for n, _ in enumerate(request.arguments.breakpoints)]
        return Command(0, 0, {"body": {"breakpoints": told}}, True)
    def on_disconnect_request(self, debugger, request):
        return "left"

debugger = Debugger()
for name, has in {
    "": {},
    ".pydevd_process_net_command_json": {"PyDevJsonCommandProcessor": Processor},
    ".pydevd_comm_constants": {"CMD_RETURN": 0},
    ".pydevd_constants": {"get_global_debugger": lambda: debugger},
    ".pydevd_net_command": {"NetCommand": Command},
}.items():
    module = types.ModuleType("_pydevd_bundle" + name)
    module.__dict__.update(has)
    sys.modules[module.__name__] = module
sys.modules["_pydevd_bundle"].pydevd_process_net_command_json = sys.modules["_pydevd_bundle.pydevd_process_net_command_json"]
runpy.run_path(sys.argv[1])["tell"]("/nowhere/debugpy")
processor = Processor()

def asked(*names):
    request = types.SimpleNamespace(arguments=types.SimpleNamespace(breakpoints=[{"name": name} for name in names]))
    assert processor.on_setfunctionbreakpoints_request(debugger, request) is None
    return debugger.said.pop().as_dict["body"]["breakpoints"]

def loads(name):
    exec(compile("def %s(): pass" % name, "/app/%s.py" % name, "exec"), {})
    return [one.as_dict["body"]["breakpoint"] for one in debugger.said]
`
const python = (lines: string) =>
  execFileSync('/usr/bin/python3', ['-c', `${program}\n${lines}`, file], {
    encoding: 'utf8',
    timeout: 60_000,
  })

t.test('a function is told of when it is loaded, as long as there is a debugger', async t => {
  const said = python(`
print(asked("late", "never"))
print(loads("late"))
debugger.said.clear()
print(asked("late", "later"))
print(processor.on_disconnect_request(debugger, None), loads("later"))
`)
  t.match(
    said,
    /^\[\{'id': 0, 'verified': False, .*\{'id': 1, 'verified': False, .*\n\[\{'id': 0, 'verified': True\}\]\n\[.*\]\nleft \[\]\n$/,
  )
})

t.test('one that was there and is gone is not what was nearly meant', async t => {
  const said = python(
    'import gc\nasked("never")\nloads("vanishing")\ngc.collect()\nprint(asked("vanishing", "vanishin"))',
  )
  t.match(
    said,
    /no function vanishing of its own yet'\}, .*no function vanishin of its own yet; did you mean vanishing\?/,
  )
})

t.test('a pydevd that is otherwise tells each as it does', async t => {
  t.equal(
    python('debugger.fails = True\nprint(asked("late"), loads("late"))'),
    "[{'id': 0, 'verified': True}] []\n",
  )
})
