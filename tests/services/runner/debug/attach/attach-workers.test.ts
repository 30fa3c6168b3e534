import { readdirSync, statSync, writeFileSync } from 'node:fs'
import t from 'tap'
import type { CommandId } from '../../../../../services/contract/ids.ts'
import { until } from '../../../../until.ts'
import { attach, goesOn, launchAt, processOf, runs } from '../matrix/attach.ts'
import { attachGround } from './attached-rig.ts'

t.setTimeout(250_000)

const program = `const { appendFileSync } = require('node:fs')
const { isMainThread, Worker } = require('node:worker_threads')
if (isMainThread) {
  new Worker(__filename)
  setInterval(() => {}, 1000)
} else {
  setInterval(() => {
    appendFileSync('turns', '.')
  }, 10)
}
`

const threadsOf = async (command: CommandId) =>
  readdirSync(`/proc/${(await processOf(command)).hostPid}/task`).length

t.test('the workers of a program of Node.js are come to, and go on when they are let go of', async t => {
  const ground = await attachGround(t, 'node')
  const { rig, session, state, answer, worktree } = ground
  writeFileSync(worktree('workers.cjs'), program)
  const command = await rig.queue(session, 'exec node workers.cjs')
  const turns = () => statSync(worktree('turns'), { throwIfNoEntry: false })?.size ?? 0
  await until('the worker to begin', () => turns() > 0)
  const before = await threadsOf(command)
  for (const end of ['debug.terminate', 'debug.continue', 'debug.terminate'] as const) {
    const debug = await attach(ground, command, { breakpoints: ['workers.cjs:8'] })
    t.match(debug.at, { end: null, stop: { reason: 'breakpoint', frame: { line: 8 } } })
    t.match(
      await answer(debug, 'debug.threads'),
      { threads: [{ name: 'main' }, { name: /^worker \d+: workers\.cjs$/ }] },
      'and no thread of its debugger',
    )
    if (end === 'debug.continue') {
      await answer(debug, 'debug.break', { clear: true })
      await state(debug, 'debug.continue', { wait: 0 })
    }
    const seen = turns()
    t.match((await state(debug, 'debug.terminate')).end, { reason: 'detached' })
    await until('the worker to go on', () => turns() > seen + 2)
  }
  await until('no thread to be left', async () => (await threadsOf(command)) <= before + 1)
})

t.test('a program of Node.js that never waits keeps no thread of each debugger', async t => {
  const ground = await attachGround(t, 'node')
  const { rig, session, answer, state } = ground
  const command = await runs(ground, 'spin')
  await rig.printed(session.id, command, 'spins\n')
  const counts: number[] = []
  for (let at = 0; at < 6; at++) {
    const debug = await launchAt(ground, command, { breakpoints: [ground.at('spin')] })
    t.equal((await state(debug, 'debug.status')).stop?.reason, 'breakpoint')
    t.match(await answer(debug, 'debug.threads'), { threads: [{ name: 'main' }] })
    t.equal(((await answer(debug, 'debug.threads')) as { threads: unknown[] }).threads.length, 1)
    await state(debug, 'debug.terminate')
    await goesOn(command)
    counts.push(await threadsOf(command))
  }
  t.ok(Number(counts[5]) <= Number(counts[2]), `${counts}`)
})
