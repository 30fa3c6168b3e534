import { rm } from 'node:fs/promises'
import { type Clock, toInstant } from '../../../lib/clock.ts'
import { errorCode } from '../../../lib/error-code.ts'
import { tryToLock } from '../../../lib/lock.ts'
import { logStreams } from '../../contract/log-message.ts'
import {
  expireLogs,
  type LogsOf,
  logsPastBounds,
  logsRemoved,
  logsStored,
  logsToRemove,
  logsToStore,
} from '../../store/command-logs.ts'
import type { RunnerContext } from '../context.ts'
import { compressLog } from './compress-log.ts'

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
  await inBatches(
    () => logsToRemove(context.store, batch),
    signal,
    row => removeFiles(context, row),
  )
  await compressOld(context, clock, signal)
}

async function expireOld(context: RunnerContext, clock: Clock, signal: AbortSignal): Promise<void> {
  const { store, lease, changed, metrics, logs } = context
  const bounds = {
    since: logs.retainMs === 0 ? undefined : toInstant(clock.now() - logs.retainMs),
    sessionBytes: logs.sessionBytes === 0 ? undefined : logs.sessionBytes,
    totalBytes: logs.totalBytes === 0 ? undefined : logs.totalBytes,
  }
  await inBatches(
    () => logsPastBounds(store, { ...bounds, most: batch }),
    signal,
    async ({ id, session_id, bytes }) => {
      lease.require()
      if (await expireLogs(store, id, toInstant(context.clock.now()))) {
        metrics.logExpired(bytes)
        changed({ session: session_id, command: id })
      }
      return 'done'
    },
  )
}

async function removeFiles(
  { store, files, lease }: RunnerContext,
  { id, session_id }: LogsOf,
): Promise<Done> {
  for (const stream of logStreams) {
    lease.require()
    await rm(files.log(session_id, id, stream), { force: true })
    await rm(files.compressedLog(session_id, id, stream), { force: true })
  }
  await logsRemoved(store, id)
  return 'done'
}

async function compressOld(context: RunnerContext, clock: Clock, signal: AbortSignal): Promise<void> {
  const { store, logs } = context
  if (logs.compressAfterMs === 0) return
  const before = toInstant(clock.now() - logs.compressAfterMs)
  await inBatches(
    () => logsToStore(store, { before, most: batch }),
    signal,
    row => compressLogs(context, row, signal),
  )
}

async function compressLogs(context: RunnerContext, row: LogsOf, signal: AbortSignal): Promise<Done> {
  const { store, files, lease, metrics, log } = context
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
      mayGoOn()
      // Its session is being removed, and its directory has gone first.
      if (errorCode(error) === 'ENOENT') continue
      log.warn({ err: error, session: session_id, command: id }, 'a log could not be compressed')
      return 'not_now'
    }
  }
  await logsStored(store, id, stored)
  metrics.logStored((row.stdout_bytes ?? 0) + (row.stderr_bytes ?? 0), stored)
  return 'done'
}

type Done = 'done' | 'not_now'

/** Each of `next` once, and again until there is less than a batch of them, or nothing can be done about any. */
async function inBatches<Row>(
  next: () => Promise<Row[]>,
  signal: AbortSignal,
  work: (row: Row) => Promise<Done>,
): Promise<void> {
  for (;;) {
    const rows = await next()
    let done = 0
    for (const row of rows) {
      signal.throwIfAborted()
      if ((await work(row)) === 'done') done++
    }
    if (rows.length < batch || done === 0) return
  }
}
