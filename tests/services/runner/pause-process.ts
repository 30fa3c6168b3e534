import { DatabaseSync } from 'node:sqlite'
import { processEntry } from '../../../lib/processes/process-table.ts'
import { until } from '../../until.ts'

/** Stops a process, but not in the middle of a write: with SQLite nobody could write until it goes on. */
export async function pauseProcess(storeFile: string, pid: number): Promise<void> {
  await until('it is stopped outside a transaction', async () => {
    process.kill(pid, 'SIGSTOP')
    await until('it is stopped', () => processEntry(pid)?.stopped)
    using database = new DatabaseSync(storeFile, { timeout: 100 })
    try {
      database.exec('begin immediate; rollback')
      return true
    } catch {
      process.kill(pid, 'SIGCONT')
      return false
    }
  })
}
