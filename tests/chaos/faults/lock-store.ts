import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from './fault.ts'

/** Another process holds the store's write lock for five seconds. */
export const lockStore: Fault = {
  name: 'lock store',
  times: 1,
  async strike({ storeFile }) {
    using database = new DatabaseSync(storeFile, { timeout: 10_000 })
    database.exec('begin exclusive')
    await delay(5_000)
    database.exec('rollback')
  },
}
