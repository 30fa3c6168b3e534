import { readFileSync } from 'node:fs'
import t from 'tap'
import type { DebugSession } from '../../../../../services/contract/debug-resources.ts'
import { mostChildren } from '../../../../../services/runner/debug/children/child-sessions.ts'
import { listDebugSessions } from '../../../../../services/store/debug-sessions.ts'
import { toDebugSession } from '../../../../../services/store/rows.ts'
import { until } from '../../../../until.ts'
import { debugRig, noDebugpy } from '../debug-rig.ts'

const pool = `import multiprocessing, sys, time

def work(gate, n):
    gate.wait()
    return n

if __name__ == "__main__":
    context = multiprocessing.get_context("fork")
    gate = context.Event()
    many = [context.Process(target=work, args=(gate, n)) for n in range(int(sys.argv[1]))]
    for one in many:
        one.start()
    if len(sys.argv) > 2:
        time.sleep(float(sys.argv[2]))
    gate.set()
    for one in many:
        one.join()
    print(sum(one.exitcode for one in many))
`

const killed = `import os, signal, time
pid = os.fork()
if pid == 0:
    while True:
        time.sleep(0.05)
print(os.waitpid(pid, 0)[1], flush=True)
time.sleep(60)
`

const outlives = `import os, sys, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        there = 1
        while True:
            time.sleep(0.05)
    os._exit(0)
os.wait()
if len(sys.argv) > 1:
    time.sleep(60)
time.sleep(1)
`

const unfollowed = `import os
pid = os.fork()
if pid == 0:
    inside = 1
    os._exit(3)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
`

const becomes = `import os, sys, time
for words in (["/bin/sh", "-c", "exit 3"], [sys.executable, "-c", "raise SystemExit(4)"]):
    pid = os.fork()
    if pid == 0:
        os.execv(words[0], words)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
time.sleep(60)
`

const files = {
  'becomes.py': becomes,
  'pool.py': pool,
  'killed.py': killed,
  'outlives.py': outlives,
  'unfollowed.py': unfollowed,
}

t.setTimeout(600_000)

const standing = ({ status }: DebugSession) => status === 'stopped'
const running = ({ status }: DebugSession) => status === 'running'
const over = ({ status }: DebugSession) => status === 'ended'

t.test('processes of a debuggee end each for itself', { skip: noDebugpy }, async t => {
  const { rig, client, session, launch, children, answer, state, evaluate, refusal } = await debugRig(
    t,
    files,
  )
  const stored = async (of: { id: string }) => {
    const rows = await listDebugSessions(rig.store, session.id)
    return rows.map(toDebugSession).filter(({ parent }) => parent === of.id)
  }

  await t.test('twenty stand still at once, and each goes on by itself', async t => {
    const debug = await launch({ file: 'pool.py', arguments: ['20'], breakpoints: ['pool.py:5'] })
    const all = await children(debug, 20, standing)
    const found = await Promise.all(all.map(child => evaluate(child, 'n')))
    t.strictSame(
      found.map(({ value }) => Number(value)).toSorted((a, b) => a - b),
      Array.from({ length: 20 }, (_, n) => n),
    )
    t.match(
      await state(debug, 'debug.status'),
      { status: 'running', children: { length: 20 } },
      'a wait ends at once',
    )
    await Promise.all(all.map(child => answer(child, 'debug.continue', { wait: 0 })))
    t.match(await state(debug, 'debug.status'), { status: 'ended', end: { exit_code: 0 }, children: [] })
    const ends = (await stored(debug)).map(({ end }) => end?.exit_code)
    t.strictSame(
      ends,
      Array.from({ length: 20 }, () => 0),
    )
  })

  await t.test(
    'one that becomes another program is told as that, and comes anew where it is Python',
    async t => {
      const debug = await launch({ file: 'becomes.py' })
      const all = await children(debug, 3, over)
      t.match(
        all.map(({ end }) => [end?.reason, end?.exit_code]),
        [
          ['detached', null],
          ['detached', null],
          ['exited', 4],
        ],
      )
      await rig.printed(session.id, debug.command, '3\n4\n')
      t.match(await state(debug, 'debug.terminate'), { end: { reason: 'terminated' } })
    },
  )

  await t.test('more than may be debugged run without a debugger, which is said', async t => {
    const count = mostChildren + 3
    const debug = await launch({ file: 'pool.py', arguments: [String(count), '1'] })
    t.match(await state(debug, 'debug.status'), { status: 'ended', end: { exit_code: 0 } })
    const row = await rig.ended(debug.command)
    t.equal(rig.stdout(row), '0\n')
    t.equal(rig.stderr(row), '')
    t.equal((await stored(debug)).length, mostChildren)
    const said = readFileSync(rig.files.debuggerMessages(session.id, debug.command), 'utf8')
    t.match(said, /process \d+ runs without a debugger/)
  })

  await t.test(
    'one that is killed from outside ends without an exit code, and its parent goes on',
    async t => {
      const debug = await launch({ file: 'killed.py' })
      const [child] = await children(debug, 1, running)
      if (child === undefined) throw new Error('there is none')
      t.match(await evaluate(child, '1 + 1').catch(String), /./)
      const paused = await state(child, 'debug.pause')
      t.match(paused, { status: 'stopped', stop: { reason: 'pause' } })
      await answer(child, 'debug.evaluate', {
        expression: '__import__("os").kill(__import__("os").getpid(), 9)',
        timeout: 1,
      }).catch(() => undefined)
      t.match(await state(child, 'debug.status'), { end: { reason: 'exited', exit_code: null } })
      t.match(await state(debug, 'debug.status', { wait: 0 }), { status: 'running' })
      t.match(await refusal(child, 'debug.stack'), { code: 'debug_session_ended' })
      t.match(await state(debug, 'debug.terminate'), { end: { reason: 'terminated' } })
      t.equal(rig.stdout(await rig.ended(debug.command)), '9\n')
    },
  )

  await t.test('one is ended through its debugger, and nothing else is', async t => {
    const debug = await launch({ file: 'killed.py' })
    const [child] = await children(debug, 1, running)
    if (child === undefined) throw new Error('there is none')
    t.match(await state(child, 'debug.terminate'), { end: { reason: 'terminated' } })
    t.match(await state(debug, 'debug.status', { wait: 0 }), { status: 'running' })
    t.match(await state(debug, 'debug.terminate'), { end: { reason: 'terminated' } })
  })

  await t.test('a daemon ends with what has started it', async t => {
    const debug = await launch({ file: 'outlives.py', breakpoints: ['outlives.py:5'] })
    const daemon = await until(
      'the daemon',
      () =>
        client.events.find(({ debug: of }) => of.command === debug.command && of.stop?.frame?.line === 5)
          ?.debug,
    )
    t.match(await state(debug, 'debug.status'), { children: [{ id: daemon.id, status: 'stopped' }] })
    await until('the end', async () => (await state(debug, 'debug.status', { wait: 1 })).status === 'ended')
    t.match(await state(daemon, 'debug.status'), {
      end: {
        reason: 'parent_ended',
        message: 'ended with its parent: the program exited with code 0',
        exit_code: null,
      },
    })
  })

  await t.test('who ends the debuggee ends them', async t => {
    const debug = await launch({ file: 'outlives.py', arguments: ['stay'], breakpoints: ['outlives.py:5'] })
    const daemon = await until(
      'the daemon',
      () =>
        client.events.find(({ debug: of }) => of.command === debug.command && of.stop?.frame?.line === 5)
          ?.debug,
    )
    await state(debug, 'debug.terminate')
    t.match(await state(daemon, 'debug.status'), { end: { reason: 'terminated', exit_code: null } })
  })

  await t.test('none is followed where none is to be', async t => {
    const debug = await launch({
      file: 'unfollowed.py',
      children: 'ignore',
      breakpoints: ['unfollowed.py:4'],
    })
    t.match(await state(debug, 'debug.status'), { status: 'ended', end: { exit_code: 0 } })
    t.equal(rig.stdout(await rig.ended(debug.command)), '3\n')
    t.strictSame(await stored(debug), [])
  })
})
