import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import type { CheckpointWork } from './checkpoints.ts'

/**
 * The other side of `checkpoints.ts`, with a connection of its own. What has been written by now is checkpointed beside whoever
 * writes; the log begins anew by itself once all of it is. Where writers leave no moment for that, they wait for it before the
 * log is too long.
 */
const { path, longest }: CheckpointWork = workerData
const database = new DatabaseSync(path, { timeout: 200 })
database.exec('pragma wal_autocheckpoint = 0; pragma synchronous = normal')
const checkpoint = (how: 'passive' | 'restart') => {
  const statement = database.prepare(`pragma wal_checkpoint(${how})`)
  return () => Number(statement.get()?.log)
}
const [beside, alone] = [checkpoint('passive'), checkpoint('restart')]

parentPort?.on('message', () => {
  if (beside() >= longest) alone()
  parentPort?.postMessage('done')
})
