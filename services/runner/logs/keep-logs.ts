import { rm } from 'node:fs/promises'
import { type Clock, toInstant } from '../../../lib/clock.ts'
import { errorCode } from '../../../lib/error-code.ts'
import { tryToLock } from '../../../lib/lock.ts'
import type { CommandId, SessionId } from '../../contract/ids.ts'
import { logStreams } from '../../contract/log-message.ts'
import {
  expireLogs,
  type LogPlace,
  type LogsOf,
  logsPastBounds,
  logsRemoved,
  logsStored,
  logsToRemove,
  logsToStore,
} from '../../store/command-logs.ts'
import type { RunnerContext } from '../context.ts'
import { compressLog, removeDrafts } from './compress-log.ts'

/** So many at a time, so that none is long in hand. */
const batch = 100

/**
 * Has logs expire that are too old or too much, removes the files of those that have, and compresses what was written some
 * time ago. `clock`: what ages are measured with. Nothing is done where another runner is at it.
 */
export async function keepLogs(context: RunnerContext, clock: Clock, signal: AbortSignal): Promise<void> {
  using alone = tryToLock(context.files.logKeeping)
  if (alone === undefined) return
  await expireOld(context, clock, signal)
  await removeExpired(context, signal)
  await compressOld(context, clock, signal)
}

async function expireOld(context: RunnerContext, clock: Clock, signal: AbortSignal): Promise<void> {
  const { store, lease, changed, metrics, logs } = context
  const bounds = {
    since: logs.retainMs === 0 ? undefined : toInstant(clock.now() - logs.retainMs),
    sessionBytes: logs.sessionBytes === 0 ? undefined : logs.sessionBytes,
    totalBytes: logs.totalBytes === 0 ? undefined : logs.totalBytes,
  }
  for (;;) {
    const rows = await logsPastBounds(store, { ...bounds, most: batch })
    if (rows.length === 0) return
    for (const { id, session_id, bytes } of rows) {
      signal.throwIfAborted()
      lease.require()
      if (!(await expireLogs(store, id, toInstant(context.clock.now())))) continue
      metrics.logExpired(bytes)
      changed({ session: session_id, command: id })
    }
  }
}

async function removeExpired({ store, files, lease }: RunnerContext, signal: AbortSignal): Promise<void> {
  for (;;) {
    const rows = await logsToRemove(store, batch)
    for (const { id, session_id } of rows) {
      for (const stream of logStreams) {
        signal.throwIfAborted()
        lease.require()
        const compressed = files.compressedLog(session_id, id, stream)
        await rm(files.log(session_id, id, stream), { force: true })
        await rm(compressed, { force: true })
        await removeDrafts(compressed)
      }
      await rm(files.debuggerMessages(session_id, id), { force: true })
      await logsRemoved(store, id)
    }
    if (rows.length < batch) return
  }
}

/** One that cannot be compressed holds up no other, and is tried again the next time. */
async function compressOld(context: RunnerContext, clock: Clock, signal: AbortSignal): Promise<void> {
  const { store, logs, log } = context
  if (logs.compressAfterMs === 0) return
  const before = toInstant(clock.now() - logs.compressAfterMs)
  const failures: { session: SessionId; command: CommandId; err: unknown }[] = []
  let after: LogPlace | undefined
  for (;;) {
    const rows = await logsToStore(store, { before, after, most: batch })
    for (const row of rows) {
      try {
        await compressLogs(context, row, signal)
      } catch (err) {
        signal.throwIfAborted()
        context.lease.require()
        failures.push({ session: row.session_id, command: row.id, err })
      }
      after = row
    }
    if (rows.length < batch) break
  }
  const [first] = failures
  if (first !== undefined) log.warn({ ...first, failures: failures.length }, 'logs could not be compressed')
}

async function compressLogs(context: RunnerContext, row: LogsOf, signal: AbortSignal): Promise<void> {
  const { store, files, lease, metrics } = context
  const { id, session_id } = row
  const mayGoOn = () => {
    signal.throwIfAborted()
    lease.require()
  }
  let stored = 0
  for (const stream of logStreams) {
    const paths = {
      plain: files.log(session_id, id, stream),
      compressed: files.compressedLog(session_id, id, stream),
    }
    try {
      stored += await compressLog({ ...paths, length: row[`${stream}_bytes`] ?? 0 }, mayGoOn)
    } catch (error) {
      // Its session is being removed, and its directory has gone first.
      if (errorCode(error) !== 'ENOENT') throw error
    }
  }
  await logsStored(store, id, stored)
  metrics.logStored((row.stdout_bytes ?? 0) + (row.stderr_bytes ?? 0), stored)
}
