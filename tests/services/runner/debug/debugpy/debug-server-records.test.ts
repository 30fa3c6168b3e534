import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { z } from 'zod'

const python = '/usr/bin/python3'
const room = join(import.meta.dirname, '../../../../../services/runner/debug/debugpy')

/** What calls of these functions are told as, where there is no debugger. */
function told(functions: readonly string[], program: string) {
  const script = `import json, sys, types
sys.dont_write_bytecode = True
sys.path.insert(0, ${JSON.stringify(room)})
for name in ("comm_constants", "constants", "net_command"):
    stand_in = sys.modules["_pydevd_bundle.pydevd_" + name] = types.ModuleType(name)
    stand_in.CMD_RETURN = stand_in.NetCommand = stand_in.get_global_debugger = None
sys.modules["_pydevd_bundle"] = types.ModuleType("_pydevd_bundle")
import debug_server_records as records

said = []
records.say = lambda message: said.extend(message["body"]["records"])
source = compile(${JSON.stringify(program)}, "/app.py", "exec")
others = compile(${JSON.stringify(program)}, "/other.py", "exec")
calls = records.Calls()
calls.trace([{"id": 1, "name": name, "file": "/app.py"} for name in ${JSON.stringify(functions)}])
exec(source, {"others": others})
sys.setprofile(None)
calls.finish()
print(json.dumps([[one["function"], one["ended"], one["result"], one["depth"]] for one in said]))
`
  const { stdout, stderr, status } = spawnSync(python, ['-I', '-c', script], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  const record = z.tuple([z.string(), z.string(), z.string().nullable(), z.int()])
  return z
    .array(record)
    .parse(JSON.parse(stdout))
    .map(([name, ended, result, depth]) => `${name} ${ended} ${result} at ${depth}`)
}

t.test('async functions and generators end where they do, and not where they wait', async t => {
  const program = `import asyncio
async def inner(n):
    await asyncio.sleep(0)
    if n == 0:
        raise ValueError(n)
    return n
async def outer(n):
    return await inner(n)
async def waits():
    await asyncio.sleep(60)
def numbers():
    yield 1
    yield 2
def plain():
    return 3
async def main():
    await outer(1)
    try:
        await outer(0)
    except ValueError:
        pass
    await asyncio.gather(inner(5), inner(6))
    try:
        await asyncio.wait_for(waits(), 0.01)
    except asyncio.TimeoutError:
        pass
    for n in numbers():
        plain()
        break
    plain()
asyncio.run(main())
`
  t.same(told(['inner', 'outer', 'waits', 'numbers', 'plain'], program), [
    'inner returned 1 at 1',
    'outer returned 1 at 0',
    'inner raised null at 1',
    'outer raised null at 0',
    'inner returned 5 at 0',
    'inner returned 6 at 0',
    'waits raised null at 0',
    'plain returned 3 at 0',
    'numbers raised null at 0',
    'plain returned 3 at 0',
  ])
})

t.test('a function of the same text in another file is another one', async t => {
  const program = `def same():
    return 1
same()
if "others" in globals():
    exec(others, {})
    same()
`
  t.same(told(['same'], program), ['same returned 1 at 0', 'same returned 1 at 0'])
})
