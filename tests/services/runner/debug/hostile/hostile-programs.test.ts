import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { DebugSession } from '../../../../../services/contract/debug-resources.ts'
import { debugRecord } from '../../../../../services/store/debug-record.ts'
import { until } from '../../../../until.ts'
import { pidOf } from '../debug-processes.ts'
import { debugRig, type Launched } from '../debug-rig.ts'
import type { ProgramPlan } from './misbehaving-program.ts'
import { programFile, programSource } from './model-program.ts'
import { pouringNames } from './pourings.ts'

/**
 * The same as programs, under a whole runner, which takes them for a Python with debugpy: that their whole trees go, that the
 * debuggee's command ends with them, and that nothing is hurt beside them.
 */
const megabyte = 1_048_576
/** How much more memory the runner may have while an adapter says whatever it can. */
const mostMegabytes = 300
const pouringMs = 800

t.setTimeout(280_000)

const program = join(import.meta.dirname, 'misbehaving-program.ts')
const python = `#!/bin/sh
case "$1" in
  -c) echo '{"package": "/", "version": "3", "path": []}' ;;
  *adapter.py) exec ${process.execPath} ${program} ;;
  *) echo up; exec sleep 600 ;;
esac
`

async function rigOf(test: Test) {
  const of = await debugRig(test, { [programFile]: programSource })
  const worktree = of.rig.files.worktree(of.session.id)
  const interpreter = join(worktree, 'python')
  writeFileSync(interpreter, python)
  chmodSync(interpreter, 0o755)
  const started: number[] = []
  return {
    ...of,
    async debugs(plan: Partial<ProgramPlan>): Promise<Launched & { child: number }> {
      const child = 90_000 + started.length
      started.push(child)
      const whole: ProgramPlan = {
        ...{
          program: 'total',
          misbehaves: 'behaves',
          at: '',
          seed: 1,
          path: join(worktree, programFile),
          child,
        },
        ...plan,
      }
      const launched = await of.launch({
        interpreter: './python',
        breakpoints: [plan.program === 'spin' ? `${programFile}:8` : `${programFile}:4`],
        environment: { HOSTILE_PLAN: JSON.stringify(whole) },
      })
      return { ...launched, child }
    },
    /** All that was promised of one that has ended. */
    async isGone(test: Test, debug: Launched & { child: number }, name: string): Promise<DebugSession> {
      const row = await of.rig.ended(debug.command)
      test.match(row.status, /^(?:failed|cancelled)$/, `${name}: the command has ended`)
      await until(
        `${name}: the tree to be gone`,
        () => pidOf(of.session.id, `sleep\0${debug.child}`) === undefined,
      )
      const lines = await Array.fromAsync(debugRecord(of.rig.files.debugRecord(debug.session, debug.id)))
      test.notOk(
        lines.some(line => 'damaged' in line),
        `${name}: the record can be read`,
      )
      return of.state(debug, 'debug.status', { wait: 0 })
    },
  }
}

t.test(
  'adapters that hang, leave or talk nonsense end with their debuggees, and with all they started',
  async t => {
    const { debugs, isGone, state, refusal } = await rigOf(t)
    const neighbour = await debugs({ program: 'spin' })
    t.match(await state(neighbour, 'debug.status'), { status: 'stopped', stop: { frame: { line: 8 } } })
    for (const plan of [
      { misbehaves: 'ends', at: 'initialize' },
      { misbehaves: 'ends', at: 'setBreakpoints' },
      { misbehaves: 'endsWithin', at: 'configurationDone' },
      { misbehaves: 'endsBehindAnswer', at: 'continue' },
      { misbehaves: 'saysNoHeader', at: 'stackTrace' },
      { misbehaves: 'nests', at: 'variables' },
      { misbehaves: 'hangs', at: 'evaluate' },
      { misbehaves: 'hangs', at: 'threads' },
    ] as const) {
      const name = `${plan.misbehaves} at ${plan.at}`
      const debug = await debugs(plan)
      await state(debug, 'debug.status')
      await refusal(debug, 'debug.variables')
      await refusal(debug, 'debug.evaluate', { expression: '1', timeout: 0.5 })
      await refusal(debug, 'debug.threads')
      await refusal(debug, 'debug.continue', { wait: 5 })
      const { end } = await isGone(t, debug, name)
      t.match(end, { reason: /^(?:adapter_failed|launch_failed)$/, message: /\S/ }, name)
      t.match(
        await state(neighbour, 'debug.continue'),
        { status: 'stopped' },
        `${name}: the one beside it goes on`,
      )
    }
    await state(neighbour, 'debug.terminate')
    t.match(await isGone(t, neighbour, 'the one beside them'), { end: { reason: 'terminated' } })
  },
)

t.test('adapters that never stop talking cost the runner little', async t => {
  const { debugs, isGone, state, client } = await rigOf(t)
  const neighbour = await debugs({ program: 'spin' })
  await state(neighbour, 'debug.status')
  for (const pours of pouringNames) {
    const debug = await debugs({ pours, at: 'configurationDone' })
    await state(debug, 'debug.status', { wait: 2 })
    const before = process.memoryUsage.rss()
    let most = 0
    const ends = performance.now() + pouringMs
    do {
      const stands = await state(neighbour, 'debug.continue')
      t.equal(stands.status, 'stopped', `${pours}: the one beside it goes on`)
      most = Math.max(most, process.memoryUsage.rss() - before)
      client.events.length = 0
      await delay(100)
    } while (performance.now() < ends)
    const megabytes = Math.round(most / megabyte)
    t.ok(megabytes < mostMegabytes, `${pours}: ${megabytes} MB more`)
    await state(debug, 'debug.terminate')
    const { end } = await isGone(t, debug, pours)
    t.match(end?.reason, /^(?:terminated|adapter_failed)$/, `${pours}: ${end?.message}`)
  }
  await state(neighbour, 'debug.terminate')
})
