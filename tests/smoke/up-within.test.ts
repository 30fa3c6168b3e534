import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import t, { type Test } from 'tap'
import type { Phase } from '../../smoke/run/phase.ts'
import { readEnvironment, writeEnvironment } from '../../smoke/sandbox/environment-file.ts'
import { portsIn } from '../../smoke/sandbox/ports.ts'
import type { Setting } from '../../smoke/setting.ts'
import { placesIn } from '../../smoke/workspace/places.ts'
import { CommandError } from '../../tasks/engine/command-error.ts'
import { upWithin } from '../../tasks/smoke/up-within.ts'
import { room } from './room.ts'

const failed = () => new CommandError('up', { kind: 'exit', code: 1 }, [])
const late = () => new CommandError('up', { kind: 'timeout', timeoutMs: 2_000 }, [])

async function listening(owner: Pick<Test, 'teardown'>, port = 0): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(port, '127.0.0.1')
  owner.teardown(() => server.close())
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it has no port')
  return { server, port: address.port }
}

type Answers = { readonly up: (attempt: number) => Promise<void>; readonly down?: () => Promise<void> }

/** A phase whose proxy is to listen on this port, and what is asked of its clone. */
async function start(owner: Pick<Test, 'teardown'>, port: number, { up, down }: Answers) {
  const places = placesIn(room(owner))
  await writeEnvironment(places, { DEBUG_SERVER__PROXY__PORT: String(port) })
  const asked: string[] = []
  const lines: string[] = []
  const phase = {
    places,
    setting: { options: {}, ports: { lowest: 20_000, highest: 29_999 } } as Setting,
    signal: new AbortController().signal,
    log: (line: string) => void lines.push(line),
    exec: async (_: string, [, command = '']: readonly string[]) => {
      asked.push(command)
      await (command === 'down' ? down?.() : up(asked.filter(one => one === 'up').length))
    },
  } as unknown as Phase
  return {
    ...{ phase, asked, lines },
    port: async () => portsIn(await readEnvironment(places)).proxy ?? 0,
  }
}

t.test('other ports are taken so long as somebody takes these, but not for ever', async t => {
  const first = await listening(t)
  const of: { port?: () => Promise<number> } = {}
  const { phase, asked, port } = await start(t, first.port, {
    async up() {
      const now = (await of.port?.()) ?? first.port
      if (now !== first.port) await listening(t, now)
      throw failed()
    },
  })
  of.port = port
  await t.rejects(upWithin(phase, 2, 0), { message: /exited with code 1/ })
  t.same(asked, ['up', 'down', 'up', 'down', 'up'])
})

t.test('who took too long and lost a port then has tries left for both', async t => {
  const first = await listening(t)
  const faults = [late, late, failed]
  const { phase, asked, port, lines } = await start(t, 1, {
    async up(attempt) {
      if (attempt === 3) await writeEnvironment(phase.places, { DEBUG_SERVER__PROXY__PORT: `${first.port}` })
      const fault = faults[attempt - 1]
      if (fault !== undefined) throw fault()
    },
  })
  await writeEnvironment(phase.places, {})
  await upWithin(phase, 2, 2)
  t.same(asked, ['up', 'up', 'up', 'down', 'up'])
  t.not(await port(), first.port)
  t.match(lines, ['up took longer than 2 s, and is tried again', /2 s/, /somebody has taken a port/])
})

t.test('why it failed to start is told, though what has started of it cannot be ended', async t => {
  const { port } = await listening(t)
  const { phase, asked } = await start(t, port, {
    up: () => Promise.reject(failed()),
    down: () => Promise.reject(new Error('no')),
  })
  await t.rejects(upWithin(phase, 2, 3), { message: 'up exited with code 1' })
  t.same(asked, ['up', 'down'])
})
