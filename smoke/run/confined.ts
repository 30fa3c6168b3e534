import { UserError } from '../../lib/user-error.ts'
import { readEnvironment } from '../sandbox/environment-file.ts'
import { listenersOf, strangersAmong } from '../sandbox/listeners.ts'
import { membersOf } from '../sandbox/members.ts'
import { portsIn } from '../sandbox/ports.ts'
import type { Phase } from './phase.ts'

/** While everything is up: what the run listens on are its own two ports, and for this host alone. */
export async function confined({ places, setting, log }: Phase): Promise<void> {
  const listeners = await listenersOf(membersOf(setting).map(({ pid }) => pid))
  if (listeners === undefined) {
    log('this system does not tell who listens on which port')
    return
  }
  const own = Object.values(portsIn(await readEnvironment(places)))
  const strangers = strangersAmong(listeners, own)
  if (strangers.length > 0)
    throw new UserError(
      `the run listens where it should not: ${strangers.map(({ pid, address, port }) => `pid ${pid} on ${address}:${port}`).join(', ')}`,
      { fix: `only ${own.join(' and ')} on 127.0.0.1 are its own` },
    )
  log(`${new Set(listeners.map(({ port }) => port)).size} ports, all of its own`)
}
