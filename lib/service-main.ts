import { flushCompileCache } from 'node:module'
import { UserError } from './user-error.ts'

/** How long a service may take to end after SIGTERM; then it exits all the same. PM2 waits a little longer. */
const shutdownDeadline = 8_000

/** How long what a library leaves open, such as a request to a collector of traces that hangs, may hold up the end. */
const lingering = 500

/**
 * The life of a service process: start, wait for SIGTERM or SIGINT, dispose, end. A start that fails with a
 * UserError prints its text; anything else is a bug and is printed with its stack. Exit code 1 for both.
 */
export async function runService(start: () => Promise<AsyncDisposable>): Promise<void> {
  const stopped = new Promise<void>(resolve => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
  })
  try {
    const service = await start()
    // At the end as well, which one that is killed has none of.
    flushCompileCache()
    await stopped
    setTimeout(() => process.exit(1), shutdownDeadline).unref()
    await service[Symbol.asyncDispose]()
    setTimeout(() => process.exit(), lingering).unref()
  } catch (error) {
    console.error(error instanceof UserError ? error.toText() : error)
    process.exit(1)
  }
}
