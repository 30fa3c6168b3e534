import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Pm2 } from '../../../tasks/services/pm2-client.ts'
import { startService } from '../../../tasks/services/start-service.ts'
import { room } from '../../smoke/room.ts'

/** PM2 where a service has ended at once, and what it said is in its log some time after that is known. */
function startIn(
  owner: Parameters<typeof room>[0],
  said: readonly (readonly [text: string, afterMs: number])[],
  { signal = new AbortController().signal, started = () => {} } = {},
): Promise<void> {
  const logFile = join(room(owner), 'api.log')
  writeFileSync(logFile, 'of the start before\n')
  const app = { name: 'api', script: 'main.ts', env: {} }
  const pm2: Pm2 = {
    start: async () => {
      started()
      for (const [text, afterMs] of said) setTimeout(() => appendFileSync(logFile, text), afterMs)
    },
    list: async () => [{ name: 'api', pid: 0, status: 'stopped', restarts: 0, started: null, memory: null }],
    ...{ stop: async () => {}, delete: async () => {}, endDaemon: async () => {} },
    [Symbol.asyncDispose]: async () => {},
  }
  const service = { service: 'api', app: 'api', instance: 'i', address: 'http://127.0.0.1:1' } as const
  return startService(
    pm2,
    app,
    { ...service, declaration: '', sources: '' },
    { logFile, signal, deadline: 10_000 },
  )
}

t.test('what a service has said last is told, though PM2 tells of its end before', async t => {
  const said = [
    ['Error: out of order\n', 120],
    ['    at main.ts:1\n', 180],
  ] as const
  await t.rejects(startIn(t, said), {
    name: 'UserError',
    message: 'the api ended while it was starting\n    Error: out of order\n        at main.ts:1',
    fix: /its whole log: .*api\.log$/,
  })
})

t.test('one that has said nothing is not waited for any longer', async t => {
  await t.rejects(startIn(t, []), {
    message: 'the api ended while it was starting\n    (it wrote no log)',
  })
})

t.test('what was told to end while PM2 was starting starts nothing any more', async t => {
  const started = () => t.fail('it starts')
  await t.rejects(startIn(t, [], { signal: AbortSignal.abort(), started }), { name: 'AbortError' })
})
