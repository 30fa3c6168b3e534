import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fillWith } from '../own-disk.ts'
import { between } from '../random.ts'
import type { Fault } from './fault.ts'

/** Not a byte is left where the data lie, store included, for a few seconds. */
export const fillDisk: Fault = {
  name: 'fill disk',
  times: 1,
  skipped: ({ disk }) => (disk.kind === 'shared' ? disk.reason : undefined),
  async strike({ dataDirectory, beginnings }, next) {
    // A session that has no room to begin fails, and rightly so: it is commands that are to live through this.
    using _ = await beginnings.take()
    const filler = join(dataDirectory, 'filler')
    const end = performance.now() + between(next, 2_000, 5_000)
    try {
      // Again and again, for others give room back.
      while (performance.now() < end) {
        fillWith(filler)
        await delay(20)
      }
    } finally {
      rmSync(filler, { force: true })
    }
  },
}
