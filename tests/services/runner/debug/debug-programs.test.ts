import { createHash } from 'node:crypto'
import t from 'tap'
import { until } from '../../../until.ts'
import { debugRig, noDebugpy } from './debug-rig.ts'

const seen = `import json, os, sys
import __main__
print(json.dumps({
    "argv": sys.argv, "path": sys.path, "name": __name__, "file": __file__, "package": __package__,
    "main": [name for name in sorted(vars(__main__)) if name != "__annotations__"],
    "environment": sorted(set(os.environ) - {"DEBUG_SERVER_COMMAND", "PYENV_DIR"}),
    "stdin": sys.stdin.read(),
}))
`

const tree = {
  'sub/seen.py': seen,
  'sub/beside.py': '',
  'pkg/__init__.py': '',
  'pkg/tool.py': seen,
  'app.py': 'x = 1\nprint("one")\nprint("two")\n',
  'loop.py': 'import time\nprint("up", flush=True)\nwhile True:\n    time.sleep(0.01)\n',
  // One long call into C after the other, none of which lets go of the interpreter.
  'holds.py': `print("up", flush=True)
text = "a" * 25 + "b"
import re
for i in range(1000):
    re.match("(a+)+$", text)
`,
  'threads.py': `import threading
gate = threading.Event()
def work():
    gate.wait()
workers = [threading.Thread(target=work, name=f"worker {i}") for i in range(3)]
for worker in workers: worker.start()
while len(gate._cond._waiters) < 3: pass
print("all up")
gate.set()
`,
  'raises.py':
    'def f(n):\n    raise ValueError(f"bad {n}")\n\ntry:\n    f(1)\nexcept ValueError:\n    pass\nf(2)\n',
  'exits.py': 'import sys\nsys.exit("why not")\n',
  'early.py': 'import os\nos._exit(4)\nprint("never")\n',
  'execs.py':
    'import os, sys\nos.execv(sys.executable, [sys.executable, "-c", "print(1); raise SystemExit(5)"])\nx = 1\n',
  'aborts.py': 'import os\nos.abort()\n',
  'killed.py': 'import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n',
  'interrupts.py': 'def f():\n    raise KeyboardInterrupt\nf()\n',
  'closes.py': 'import os\nos.closerange(3, 256)\nx = 1\nprint("never")\n',
  'path.py': 'import sys\nprint(sys.path)\n',
  'archive/__main__.py': 'import beside\nprint(beside.x, __file__.endswith("app.pyz/__main__.py"))\n',
  'archive/beside.py': 'x = 4\n',
  'reads.py': 'import sys\nprint(repr(sys.stdin.read())) or input()\nprint("never")\n',
  'bytes.py': 'import os\nos.write(1, b"\\xff\\xfe\\xc3")\nos.write(2, b"\\x80")\nx = 1\n',
  'much.py': `import sys
line = b"0123456789abcde\\n" * 65536
for i in range(100):
    sys.stdout.buffer.write(line)
sys.stdout.buffer.flush()
done = 1
`,
  'forks.py': `import multiprocessing, os, subprocess, sys, threading
def child():
    x = 1
    return x
def main():
    for end in (lambda: os._exit(7), lambda: sys.exit(9), lambda: 1 / 0):
        pid = os.fork()
        if pid == 0:
            thread = threading.Thread(target=child)
            thread.start()
            thread.join()
            child()
            end()
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        print(pool.apply(child), flush=True)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.apply(child), flush=True)
    print(subprocess.run([sys.executable, "-c", "print('sub', flush=True)"]).returncode, flush=True)
    child()
    print("parent")
if __name__ == "__main__":
    main()
`,
}

t.setTimeout(280_000)

t.test('what a program does under its debugger', { skip: noDebugpy }, async t => {
  const of = await debugRig(t, tree)
  const { rig, session, run, launch, state, stack, variables, refusal } = of
  const output = async (command: Awaited<ReturnType<typeof launch>>['command']) => rig.ended(command)

  await t.test('a file and a module see what they see without', async t => {
    const cases = [
      { line: ['python3', 'sub/seen.py', 'a', '-b', ''], options: { file: 'sub/seen.py' } },
      { line: ['python3', '-m', 'pkg.tool', 'a', '-b', ''], options: { module: 'pkg.tool' } },
    ]
    for (const { line, options } of cases) {
      const plain = JSON.parse(rig.stdout(await rig.run(session, line)))
      const debug = await run({ ...options, arguments: ['a', '-b', ''] })
      t.match(debug.at.end, { reason: 'exited', exit_code: 0 })
      const row = await output(debug.command)
      t.same(JSON.parse(rig.stdout(row)), plain)
      t.equal(rig.stderr(row), '')
    }
  })

  await t.test('it stops before its first line where that is asked for', async t => {
    const debug = await run({ stop_on_entry: true })
    t.match(debug.at.stop, { reason: 'entry', frame: { file: 'app.py', line: 1, name: '<module>' } })
    t.equal((await stack(debug)).total, 1, 'and nothing of ours is below')
    t.match(await state(debug, 'debug.step_in'), { stop: { reason: 'step', frame: { line: 2 } } })
    t.match(await state(debug, 'debug.continue'), { end: { reason: 'exited', exit_code: 0 } })
  })

  await t.test('stepping past the last line is its end', async t => {
    const debug = await run({ breakpoints: ['app.py:3'] })
    t.match(await state(debug, 'debug.next'), { status: 'ended', end: { exit_code: 0 } })
  })

  await t.test('it is paused wherever it is, and stays paused', async t => {
    const debug = await launch({ file: 'loop.py' })
    await rig.printed(session.id, debug.command, 'up')
    t.match(await refusal(debug, 'debug.stack'), { code: 'debuggee_running', detail: /debug\.pause/ })
    const paused = await state(debug, 'debug.pause')
    t.match(paused, { status: 'stopped', stop: { reason: 'pause', frame: { file: 'loop.py' } } })
    t.same(await state(debug, 'debug.pause'), paused)
    t.match(await state(debug, 'debug.continue', { wait: 0 }), { status: 'running', stop: null })
    t.match(await state(debug, 'debug.terminate'), {
      status: 'ended',
      end: { reason: 'terminated', message: 'it was ended through its debugger' },
    })
    t.match(await output(debug.command), { status: 'cancelled' })
  })

  await t.test('one that lets nobody in is paused later, and nobody waits longer than wanted', async t => {
    const debug = await launch({ file: 'holds.py' })
    await rig.printed(session.id, debug.command, 'up')
    const began = performance.now()
    t.match(await state(debug, 'debug.pause', { wait: 0.3 }), { status: 'running', stop: null })
    t.ok(performance.now() - began < 15_000)
    t.match(await state(debug, 'debug.status'), { status: 'stopped', stop: { reason: 'pause' } })
    await state(debug, 'debug.terminate')
  })

  await t.test('threads are told and looked into one by one', async t => {
    const debug = await run({ file: 'threads.py', breakpoints: ['threads.py:8'] })
    const told = (await of.answer(debug, 'debug.threads', { limit: 3 })) as {
      threads: { id: number; name: string }[]
      total: number
      next: number
    }
    t.match(told, {
      threads: [{ name: 'MainThread' }, { name: 'worker 0' }, { name: 'worker 1' }],
      total: 4,
      next: 3,
    })
    const worker = told.threads[1]?.id
    const { frames } = await stack(debug, { thread: worker })
    const index = frames.findIndex(({ name }) => name === 'work')
    t.match(frames[index], { file: 'threads.py', line: 4 })
    t.match(
      await refusal(debug, 'debug.variables', { thread: worker, frame: index }),
      { code: 'debugger_refused', detail: /thread/ },
      'it waits inside the interpreter, where debugpy cannot look',
    )
    t.match(await refusal(debug, 'debug.next', { thread: 99 }), {
      code: 'debugger_refused',
      detail: 'there is no thread 99; debug.threads lists them',
    })
    t.match(await state(debug, 'debug.continue'), { end: { exit_code: 0 } })
  })

  await t.test('it stops at an exception that nobody catches, and then ends with it', async t => {
    const debug = await run({ file: 'raises.py' })
    t.match(debug.at.stop, {
      reason: 'exception',
      description: 'ValueError',
      text: 'bad 2',
      frame: { name: 'f', file: 'raises.py', line: 2 },
    })
    t.match(await variables(debug), { variables: [{ name: 'n', value: '2' }] })
    t.match(await state(debug, 'debug.continue'), { end: { reason: 'exited', exit_code: 1 } })
    const row = await output(debug.command)
    const plain = await rig.run(session, 'python3 "$PWD/raises.py"')
    t.equal(rig.stderr(row), rig.stderr(plain), 'its traceback is as without a debugger')
    const never = await run({ file: 'raises.py', exceptions: 'never' })
    t.match(never.at.end, { reason: 'exited', exit_code: 1 })
  })

  const ends: [file: string, code: number, stderr: RegExp][] = [
    ['exits.py', 1, /^why not\n$/],
    ['early.py', 4, /^$/],
    ['execs.py', 5, /^$/],
    ['aborts.py', 134, /^/],
    ['killed.py', 137, /^$/],
    ['reads.py', 1, /EOFError/],
  ]
  for (const [file, code, stderr] of ends)
    await t.test(`${file} ends before its breakpoint, with its own exit code`, async t => {
      const debug = await run({ file, breakpoints: [`${file}:3`], exceptions: 'never' })
      t.match(debug.at, { status: 'ended', end: { reason: 'exited', exit_code: code } })
      const row = await output(debug.command)
      t.match(row, { exit_code: code, failure_json: null })
      t.match(rig.stderr(row), stderr)
    })

  await t.test('what the keyboard would interrupt has the traceback and the code of that', async t => {
    const row = await output((await run({ file: 'interrupts.py' })).command)
    const plain = await rig.run(session, 'python3 "$PWD/interrupts.py"')
    t.same([row.exit_code, rig.stderr(row)], [plain.exit_code, rig.stderr(plain)])
  })

  await t.test('an archive is run as Python runs it', async t => {
    await rig.run(session, 'python3 -m zipapp archive -o app.pyz')
    const row = await output((await run({ file: 'app.pyz' })).command)
    t.equal(rig.stdout(row), '4 True\n')
  })

  await t.test('a safe path stays safe', async t => {
    const environment = { PYTHONSAFEPATH: '1' }
    const row = await output((await run({ file: 'path.py', environment })).command)
    t.equal(rig.stdout(row), rig.stdout(await rig.run(session, 'python3 path.py', { environment })))
  })

  await t.test('a program that closes the connection does not run on unseen', async t => {
    const debug = await run({ file: 'closes.py', breakpoints: ['closes.py:3'] })
    t.match(debug.at, { end: { exit_code: 137 } })
    const row = await output(debug.command)
    t.equal(rig.stdout(row), '')
    t.match(rig.stderr(row), /the program has closed its debugger's connection, and is ended/)
  })

  await t.test('it is killed from outside while it is stopped', async t => {
    const debug = await run({ breakpoints: ['app.py:2'] })
    const pid = await of.evaluate(debug, '__import__("os").getpid()')
    const waiting = state(debug, 'debug.status')
    await waiting
    process.kill(Number(pid.value), 'SIGKILL')
    await rig.ended(debug.command)
    t.match(await state(debug, 'debug.status'), { end: { reason: 'exited', exit_code: 137 } })
  })

  await t.test('bytes that are no text are in its log as they are', async t => {
    const debug = await run({ file: 'bytes.py', breakpoints: ['bytes.py:4'] })
    t.match(debug.at, { status: 'stopped' })
    await state(debug, 'debug.continue')
    const row = await output(debug.command)
    t.same(rig.log(row, 'stdout'), Buffer.from([0xff, 0xfe, 0xc3]))
    t.same(rig.log(row, 'stderr'), Buffer.from([0x80]))
  })

  await t.test('100 MB of output cost the debugger nothing', async t => {
    const debug = await launch({ file: 'much.py', breakpoints: ['much.py:6'] })
    await until('some output', async () => {
      const [live] = of.client.events.filter(({ debug: { id } }) => id === debug.id)
      return live
    })
    const asked = performance.now()
    await of.answer(debug, 'debug.threads')
    t.ok(performance.now() - asked < 10_000, 'it answers meanwhile')
    t.match(await state(debug, 'debug.status'), { stop: { frame: { line: 6 } } })
    await state(debug, 'debug.continue')
    const row = await output(debug.command)
    const expected = createHash('sha256').update('0123456789abcde\n'.repeat(6_553_600)).digest('hex')
    t.equal(createHash('sha256').update(rig.log(row, 'stdout')).digest('hex'), expected)
  })

  await t.test('children that it forks run on by themselves', async t => {
    const debug = await run({
      file: 'forks.py',
      breakpoints: ['forks.py:3', 'forks.py:4'],
      children: 'ignore',
    })
    t.match(debug.at.stop, { frame: { name: 'child', line: 3 } }, 'the parent alone stops')
    t.match((await stack(debug)).frames[1], { name: 'main', line: 20 })
    t.match(await state(debug, 'debug.continue'), { stop: { frame: { line: 4 } } })
    t.match(await state(debug, 'debug.continue'), { end: { reason: 'exited', exit_code: 0 } })
    const row = await output(debug.command)
    t.same(rig.stdout(row).split('\n').sort(), ['', '0', '1', '1', '1', '7', '9', 'parent', 'sub'].sort())
    t.match(rig.stderr(row), /ZeroDivisionError/)
  })
})
