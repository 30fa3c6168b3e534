import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { toInstant } from '../../../lib/clock.ts'
import { commandHasEnded } from '../../contract/command-state.ts'
import { type EnvironmentId, environmentId } from '../../contract/ids.ts'
import { claimEnvironment, joinEnvironment } from '../../store/environment-claims.ts'
import { condemnEnvironment } from '../../store/environment-transitions.ts'
import { type EnvironmentJoined, environmentInBuilding, getEnvironment } from '../../store/environments.ts'
import { environmentFailureOf, type SessionJoined } from '../../store/rows.ts'
import type { RunnerContext } from '../context.ts'
import { discardDirectory } from '../discard-directory.ts'
import { LeaseLostError } from '../leases/lease.ts'
import type { EnvironmentPlan } from './plan-environment.ts'
import { settleBuild } from './settle-build.ts'
import { stageFiles } from './stage-files.ts'

export type Obtained =
  | { readonly ok: true; readonly id: EnvironmentId }
  | { readonly ok: false; readonly message: string }

/**
 * Between two looks whether a build is over, in milliseconds: a tenth of the time that it has been waited for, within these
 * bounds. The store is asked, for a build of another runner says nothing here.
 */
const leastPauseMs = 200
const mostPauseMs = 2_000

/**
 * Has a session have an environment:
 *
 *     one is ready ──────────────────────────────→ had
 *     one is being built → waited for ──→ ready ───↑
 *     there is none → made, and its build queued ──┘  (the reconciler runs it, as any command)
 *
 * A build that fails fails all who wait for it and would have built it by the same line: without network it is another. One
 * that is given up, with its session for example, is nobody else's failure: who waited for it begins anew.
 */
export async function obtainEnvironment(
  context: RunnerContext,
  session: SessionJoined,
  plan: EnvironmentPlan,
  position: number,
  signal: AbortSignal,
): Promise<Obtained> {
  const { store, files, changed, metrics } = context
  for (;;) {
    const { id, how } = await ask(context, session, plan, position)
    changed({ session: session.id })
    const settled = await untilBuilt(context, id, signal)
    switch (settled?.status) {
      case 'ready':
        if (existsSync(files.environment(id))) {
          metrics.environmentObtained(plan.manager.name, how)
          return { ok: true, id }
        }
        await condemnEnvironment(store, id)
        break
      case 'failed': {
        const { reason, message } = environmentFailureOf(settled)
        const own = settled.builder_id === session.id
        const alike = settled.build_json === JSON.stringify(plan.line)
        if (own || (reason === 'build_failed' && alike)) return { ok: false, message }
        break
      }
      case undefined:
      case 'building':
      case 'evicted':
        break // it has gone between two looks
    }
    signal.throwIfAborted()
  }
}

async function ask(
  context: RunnerContext,
  session: SessionJoined,
  { manager, key, line, files: staged }: EnvironmentPlan,
  position: number,
): Promise<{ id: EnvironmentId; how: 'hit' | 'waited' | 'built' }> {
  const { store, files, clock, lease, environments } = context
  const wanted = { session: session.id, position, key, by: lease.token, now: toInstant(clock.now()) }
  // One that has ended, and nobody has said so yet, may have been this session's own before it was stopped and resumed.
  const building = await environmentInBuilding(store, key)
  if (building !== undefined) await settleBuild(context, building)
  const there = await joinEnvironment(store, wanted)
  if (there !== undefined) return { id: there.id, how: there.status === 'ready' ? 'hit' : 'waited' }
  const id = environmentId.create()
  lease.require()
  await stageFiles(files.stage(session.id, id), staged)
  const claimed = await claimEnvironment(store, {
    ...wanted,
    id,
    repository: session.repository_id,
    owner: session.owner_id,
    manager: manager.name,
    line,
    timeout: environments.buildSeconds,
    limits: environments.limits,
  })
  if (claimed === undefined) throw new LeaseLostError(`the session ${session.id} is another runner's`)
  if (claimed.mine) return { id, how: 'built' }
  await discardDirectory(context, files.stage(session.id, id), id)
  return { id: claimed.id, how: 'waited' }
}

/** The environment once its build is over; undefined where it is gone. */
async function untilBuilt(
  context: RunnerContext,
  id: EnvironmentId,
  signal: AbortSignal,
): Promise<EnvironmentJoined | undefined> {
  const began = performance.now()
  for (;;) {
    const row = await getEnvironment(context.store, id)
    if (row?.status !== 'building') return row
    const goesOn = row.build_status !== null && !commandHasEnded(row.build_status)
    if (!goesOn && (await settleBuild(context, row))) continue
    const pause = Math.min(Math.max((performance.now() - began) / 10, leastPauseMs), mostPauseMs)
    await delay(pause, undefined, { signal })
  }
}
