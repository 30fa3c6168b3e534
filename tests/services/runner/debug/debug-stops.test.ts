import { existsSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { stackTraceBodySchema } from '../../../../services/runner/debug/dap-messages.ts'
import { debugpyEngine } from '../../../../services/runner/debug/debugpy/engine.ts'
import type { StopMeaning } from '../../../../services/runner/debug/engine.ts'
import { defaultEngineSettings } from '../../../../services/runner/debug/engines.ts'
import { openly } from '../../../../services/runner/sandbox/enclosure.ts'
import { until } from '../../../until.ts'
import { noDebugpy } from './debug-rig.ts'
import { liveRig, noRequest, scopeOf } from './live-rig.ts'

const tree = {
  'app.py': 'def f(n):\n    m = n + 1\n    return m\n\nx = f(1)\ny = x\n',
  'raises.py': 'import json\ndef f(text):\n    return json.loads(text)\nf("{")\n',
  'waits.py':
    'import time\ndef wait():\n    open("up", "w").close()\n    for _ in range(10_000):\n        time.sleep(0.01)\nwait()\n',
  'library.py': `import queue
def wait():
    open("up", "w").close()
    while True:
        try:
            queue.Queue().get(timeout=0.01)
        except queue.Empty:
            pass
wait()
`,
  'threads.py': `import threading
def work():
    x = 1
    return x
thread = threading.Thread(target=work)
thread.start()
thread.join()
`,
  nest: { 'real.py': 'x = 1\ny = 2\n' },
  'deep.py': `import sys
sys.setrecursionlimit(3000)
def down(n):
    if n > 0:
        return down(n - 1)
    return n
down(900)
`,
}

t.setTimeout(240_000)

/** A program under the real debugpy, and the frames that its stops came with. */
async function launch(t: Test, file: string, breakpoints: string[] = []) {
  const worktree = realpathSync(t.testdir({ ...tree, 'link.py': t.fixture('symlink', 'nest/real.py') }))
  const environment = { PATH: process.env.PATH ?? '', HOME: worktree }
  const meeting = () => ({ outside: worktree, inside: worktree })
  const place = { worktree, directory: worktree, environment, enclosure: openly, meeting }
  const scope = scopeOf(t)
  const request = { ...noRequest, program: { kind: 'file' as const, file }, breakpoints }
  const engine = debugpyEngine(defaultEngineSettings.pythons, scope)
  const planned = await engine.plan(request, place, AbortSignal.timeout(20_000))
  if (!planned.ok) throw new Error(planned.failure.message)
  const { plan } = planned
  const sent: StopMeaning['frame'][] = []
  const rig = liveRig(
    t,
    {
      ...plan,
      meaning: (event, first) => {
        const meaning = plan.meaning(event, first)
        sent.push(meaning.frame)
        return meaning
      },
    },
    { scope, place, request },
  )
  const prepared = await rig.live.prepare()
  if (!prepared.ok) throw new Error(prepared.failure.message)
  const [python = '', ...words] = prepared.program.words
  scope.spawn(python, words, {
    cwd: worktree,
    env: { ...environment, ...prepared.program.environment },
    stdio: 'ignore',
  })
  rig.live.launched()
  return {
    ...rig,
    worktree,
    /** The present stop, once it is seen that its frame came with it, and is the one that the stack begins with. */
    async stop() {
      const { stop } = await rig.ask('debug.status', { wait: 20 })
      if (stop === null) throw new Error('it has not stopped')
      const { stackFrames } = await rig.live.adapter.ask(
        'stackTrace',
        { threadId: stop.thread },
        stackTraceBodySchema,
      )
      t.same(sent[stop.number - 1], stackFrames[0], 'as the debugger tells it when it is asked')
      t.match(await rig.ask('debug.stack'), { frames: [stop.frame] })
      return stop
    },
  }
}

t.test('a stop comes with the frame that the stack begins with', { skip: noDebugpy }, async t => {
  await t.test('at a breakpoint and after steps', async t => {
    const { stop, ask } = await launch(t, 'app.py', ['app.py:2'])
    t.match(await stop(), { reason: 'breakpoint', frame: { name: 'f', file: 'app.py', line: 2 } })
    await ask('debug.next', { wait: 20 })
    t.match(await stop(), { reason: 'step', frame: { line: 3, source: '    return m' } })
    await ask('debug.step_out', { wait: 20 })
    t.match(await stop(), { reason: 'step', frame: { name: '<module>', line: 5 } })
  })

  await t.test('at an exception inside a library: the frame that is ours', async t => {
    const { stop } = await launch(t, 'raises.py')
    t.match(await stop(), { reason: 'exception', frame: { name: 'f', file: 'raises.py', line: 3 } })
  })

  for (const file of ['waits.py', 'library.py'])
    await t.test(`paused in ${file}`, async t => {
      const { stop, ask, worktree } = await launch(t, file)
      await until('the program to wait', () => existsSync(join(worktree, 'up')))
      t.match(await ask('debug.pause', { wait: 20 }), { status: 'stopped' })
      t.match(await stop(), { reason: 'pause', frame: { name: 'wait', file } })
    })

  await t.test('in another thread', async t => {
    const { stop } = await launch(t, 'threads.py', ['threads.py:3'])
    t.match(await stop(), { frame: { name: 'work', line: 3 } })
  })

  await t.test('far down', async t => {
    const { stop } = await launch(t, 'deep.py', ['deep.py:6'])
    t.match(await stop(), { frame: { name: 'down', line: 6 } })
  })

  for (const file of ['link.py', 'nest/real.py'])
    await t.test(`at a breakpoint in ${file}, reached through a symbolic link`, async t => {
      const { stop } = await launch(t, 'link.py', ['app.py:2', `${file}:2`])
      t.match(await stop(), { breakpoints: [2], frame: { file: 'link.py', line: 2 } })
    })
})
