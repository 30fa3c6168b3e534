import { statSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { systemClock } from '../../../lib/clock.ts'
import { directoryBytes } from '../directory-bytes.ts'
import { changeTimesTell } from './change-times.ts'
import { noteStamps, readStamps } from './directory-stamps.ts'
import type { DiskWork, Scrub } from './disk-thread.ts'
import { emptyDirectory, readGitIndex } from './git-index.ts'
import { processesIn } from './processes-in.ts'
import { type Handed, scrubCheckout } from './scrub-checkout.ts'

/** The other side of `disk-thread.ts`. What is thrown ends the thread, and is told there. */
parentPort?.on('message', async (work: DiskWork) => parentPort?.postMessage(await perform(work)))

async function perform(work: DiskWork): Promise<number | undefined> {
  switch (work.kind) {
    case 'measure':
      return await directoryBytes(work.checkout, new AbortController().signal)
    case 'note':
      noteStamps(work.checkout, readGitIndex(work.index), work.stamps)
      return undefined
    case 'scrub':
      awaitNobody(work.checkout)
      scrubCheckout(work.checkout, { ...handedOut(work), fresh: work.fresh })
      return undefined
  }
}

/** What a checkout may have kept of what was handed out: nothing, where that cannot be proven. */
function handedOut({ checkout, index: file, stamps, provable }: Scrub): Omit<Handed, 'fresh'> {
  const nothing = { index: emptyDirectory(), stamps: new Map(), since: 0n }
  if (!provable) return nothing
  // Written when the last file had been.
  const { mtimeNs: since } = statSync(file, { bigint: true })
  const index = readGitIndex(file)
  const now = BigInt(systemClock.now()) * 1_000_000n
  return changeTimesTell(checkout, { since, now }) ? { index, since, stamps: readStamps(stamps) } : nothing
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
