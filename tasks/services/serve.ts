import { setTimeout as delay } from 'node:timers/promises'
import { openWorkspace } from '../../config/workspace.ts'
import { UserError } from '../../lib/user-error.ts'
import { bringDown } from './down.ts'
import { runningDaemon } from './pm2-client.ts'
import { printLogs } from './service-logs.ts'
import { serviceNames } from './service-names.ts'
import { bringUp, type UpOptions, type UpResult } from './up.ts'

export type ServeOptions = UpOptions & {
  print(text: string): void
  /** Told once all are ready. */
  ready(up: UpResult): void
}

/** How often it is looked whether somebody else has brought everything down, in milliseconds. */
const interval = 500

/** How long bringing everything down may take, in milliseconds. */
export const downWithin = 60_000

/**
 * Brings all services up in the foreground: prints their logs as they grow, and ends everything, sessions too, when the
 * signal is aborted. Refuses where they are up already: whoever started them would be surprised by their end. Resolves
 * with how many sessions were stopped.
 */
export async function serve(options: ServeOptions): Promise<{ readonly sessionsStopped: number }> {
  const { root, environment, signal, print, log } = options
  const workspace = openWorkspace(root, environment)
  if (runningDaemon(workspace.pm2Home) !== undefined)
    throw new UserError('Debug Server is already up', {
      fix: 'see its logs with "npx task logs --follow", or end it first with "npx task down"',
    })
  const over = new AbortController()
  // From before they start: what keeps one from starting is told as well.
  const printing = printLogs(serviceNames, {
    ...{ root, environment, print, lines: 0, follow: true },
    signal: over.signal,
  })
  try {
    options.ready(await bringUp(options))
    while (!signal.aborted && runningDaemon(workspace.pm2Home) !== undefined)
      await delay(interval, undefined, { signal }).catch(() => {})
    if (!signal.aborted) log('somebody else has ended Debug Server')
    return await bringDown({
      ...options,
      signal: AbortSignal.timeout(downWithin),
      // Who ends the program that serves means all of it.
      confirm: async () => true,
    })
  } finally {
    over.abort()
    await printing
  }
}
