import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createClient } from '../../client/sdk/client.ts'
import type { TransportEvent } from '../../client/sdk/told-transport.ts'
import { UserError } from '../../lib/user-error.ts'
import { readEnvironment } from '../sandbox/environment-file.ts'
import { firstTokenFile } from '../sandbox/first-token.ts'
import { portsIn } from '../sandbox/ports.ts'
import type { Phase } from './phase.ts'
import { readme } from './seed-client.ts'

const repository = 'smoke-client'
const waitSeconds = 60
const readAtMost = 4_096

/** What the server said, for where it is told how things stood. */
const told = (event: TransportEvent): string => {
  const asked = `${event.method} ${event.path}`
  switch (event.type) {
    case 'answered':
      return `${asked} was answered with ${event.status} after ${event.milliseconds.toFixed(0)} ms`
    case 'failed':
      return `${asked} failed after ${event.milliseconds.toFixed(0)} ms: ${event.reason}`
    case 'repeating':
      return `${asked} was answered with ${event.status}, and is repeated after ${event.afterMs} ms`
  }
}

/**
 * The whole of it has to answer, and this very instance: a session of the client repository says a nonce that nobody could
 * have said before, and its log is read through the front door.
 */
export async function ready({ places, signal, log, progress, answered }: Phase): Promise<void> {
  const { proxy } = portsIn(await readEnvironment(places))
  if (proxy === undefined) throw new Error('no port of the proxy was written')
  const token = (await readFile(firstTokenFile(places), 'utf8')).trim()
  const nonce = randomBytes(16).toString('hex')
  await using client = createClient({
    baseUrl: `http://127.0.0.1:${proxy}/api`,
    token,
    signal,
    retries: 5,
    tell: event => answered(told(event)),
  })
  progress('registering the client repository')
  await client.repositories.add({ url: places.client, name: repository, wait: waitSeconds })
  progress('waiting for the nonce')
  const session = await client.sessions.create({ repository, wait: waitSeconds })
  const { id, status, exit_code } = await client.commands.run({
    session: session.id,
    command: ['sh', '-c', 'cat README.md && echo "$1"', 'sh', nonce],
    wait: waitSeconds,
  })
  const { bytes } = await client.logTail({
    session: session.id,
    command: id,
    stream: 'stdout',
    most: readAtMost,
  })
  const said = Buffer.from(bytes).toString()
  if (exit_code !== 0 || said !== `${readme}${nonce}\n`)
    throw new UserError(
      `the session did not say its nonce: it is ${status}, exited with ${exit_code}, and said ${JSON.stringify(said)}`,
      { fix: 'see the log of the runner among the evidence' },
    )
  await client.sessions.delete({ session: session.id })
  log(`a session said its nonce through port ${proxy}`)
}
