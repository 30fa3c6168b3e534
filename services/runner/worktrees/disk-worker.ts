import { statSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { systemClock } from '../../../lib/clock.ts'
import { directoryBytes } from '../directory-bytes.ts'
import { changeTimesTell } from './change-times.ts'
import type { DiskWork } from './disk-thread.ts'
import { emptyDirectory, readGitIndex } from './git-index.ts'
import { processesIn } from './processes-in.ts'
import { scrubCheckout } from './scrub-checkout.ts'

/** The other side of `disk-thread.ts`. What is thrown ends the thread, and is told there. */
parentPort?.on('message', async (work: DiskWork) => parentPort?.postMessage(await perform(work)))

async function perform(work: DiskWork): Promise<number | undefined> {
  switch (work.kind) {
    case 'measure':
      return await directoryBytes(work.checkout, new AbortController().signal)
    case 'scrub': {
      awaitNobody(work.checkout)
      // Written when the last file had been.
      const { mtimeNs: since } = statSync(work.index, { bigint: true })
      const index = readGitIndex(work.index)
      const now = BigInt(systemClock.now()) * 1_000_000n
      const proof = changeTimesTell(work.checkout, { since, now }) ? index : emptyDirectory()
      scrubCheckout(work.checkout, proof, { since, fresh: work.fresh })
      return undefined
    }
  }
}

/** Processes of the session have been killed, and may take a moment to be gone. */
function awaitNobody(directory: string): void {
  for (let waitedMs = 0; ; waitedMs += 100) {
    const [pid] = processesIn(directory)
    if (pid === undefined) return
    if (waitedMs >= 2_000) throw new Error(`process ${pid} works in it still`)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
  }
}
