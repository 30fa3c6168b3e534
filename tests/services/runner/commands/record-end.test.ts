import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { systemClock } from '../../../../lib/clock.ts'
import { noLimits } from '../../../../services/contract/command-limits.ts'
import type { CommandId, RunnerToken } from '../../../../services/contract/ids.ts'
import { recordEnd } from '../../../../services/runner/commands/record-end.ts'
import type { RunnerContext } from '../../../../services/runner/context.ts'
import { getCommand, startCommand } from '../../../../services/store/commands.ts'
import { addRepository } from '../../../../services/store/repositories.ts'
import { endRunner } from '../../../../services/store/runners.ts'
import { moveSession } from '../../../../services/store/session-transitions.ts'
import { runner } from '../../store/store-rig.ts'
import { type CommandOptions, runnerRig } from '../rig.ts'

/** A command that a runner has taken which is not there, and what it would record with. */
async function taken(t: Test, options: CommandOptions) {
  const rig = await runnerRig(t, { idle: true })
  const { repository } = await addRepository(rig.store, {
    ...{ name: 'demo', url: '/srv/demo', default_branch: null, now: rig.now() },
  })
  const session = { id: await rig.createSession(repository) }
  for (const to of ['starting', 'running'] as const)
    await moveSession(rig.store, session.id, to, { now: rig.now() })
  const id = await rig.queue(session, 'true', options)
  const token = await runner(rig.store)
  const row = await startCommand(rig.store, id, rig.now(), token)
  if (row === undefined) throw new Error('it was queued')
  const contextOf = (by: RunnerToken) =>
    ({
      ...{ store: rig.store, files: rig.files, clock: systemClock, log: pino({ level: 'silent' }) },
      ...{ changed: () => undefined, metrics: { commandEnded: () => undefined } },
      lease: { token: by, held: () => true, require: () => undefined, doubt: () => undefined },
    }) as unknown as RunnerContext
  const adopt = (id: CommandId, by: RunnerToken) =>
    rig.store.write(db => db.updateTable('commands').set({ runner_token: by }).where('id', '=', id).execute())
  return { rig, row, token, contextOf, adopt }
}

t.test('a log is cut so that whoever has to record the end anew sees that it was too long', async t => {
  const { rig, row, token, contextOf, adopt } = await taken(t, { limits: { ...noLimits, output: 1_000 } })
  const log = rig.files.log(row.session_id, row.id, 'stdout')
  mkdirSync(dirname(log), { recursive: true })
  writeFileSync(log, 'x'.repeat(5_000))
  const exited = { status: 'succeeded', exit_code: 0, failure: null } as const
  await endRunner(rig.store, token)
  t.equal(await recordEnd(contextOf(token), row, exited, undefined), false, 'its lease was lost meanwhile')
  t.equal(statSync(log).size, 1_001)
  const next = await runner(rig.store)
  await adopt(row.id, next)
  t.equal(await recordEnd(contextOf(next), row, exited, undefined), true)
  t.match(await getCommand(rig.store, row.id), {
    ...{ status: 'failed', exit_code: 0, stdout_bytes: 1_000, truncated: 1, failure_json: /output_limit/ },
  })
  t.equal(statSync(log).size, 1_000)
})

t.test('what is queued again is run by no wrapper of the attempt before', async t => {
  const { rig, row, token, contextOf } = await taken(t, { idempotent: true })
  const lost = { status: 'lost', exit_code: null, failure: null } as const
  t.equal(await recordEnd(contextOf(token), row, lost, undefined), true)
  t.match(await getCommand(rig.store, row.id), { status: 'queued', attempts: 1 })
  t.ok(existsSync(rig.files.process(row.session_id, row.id, 1)), 'it finds its place taken')
})
