/**
 * How many of 100,000 requests fail while API and proxy are replaced again and again (`npx task reload`), beside the same while
 * they are restarted (`npx task restart`), as a server that cannot do it has to. Through the proxy, on 32 connections that are kept.
 *
 *     node tests/bench/reload.ts
 */
import { readFileSync } from 'node:fs'
import { Pool } from 'undici'
import { type Clone, makeClone } from '../end-to-end/clone.ts'
import { serviceStatus } from '../end-to-end/service-status.ts'
import { upTo } from './goal.ts'
import { printIfMain } from './print-if-main.ts'
import type { Row } from './row.ts'

const connections = 32

export async function bench({ requests = 100_000 } = {}): Promise<Row[]> {
  await using life = new AsyncDisposableStack()
  const clone = makeClone({ teardown: end => life.defer(end) })
  const up = await clone.task(['up'])
  if (up.code !== 0) throw new Error(up.stderr)
  const [, , proxy] = await serviceStatus(clone)
  if (proxy === undefined) throw new Error('there is no proxy')
  const failed = async (word: 'reload' | 'restart'): Promise<number> => {
    const changing = new AbortController()
    const asked = ask(clone, proxy.address, requests).finally(() => changing.abort())
    let changes = 0
    for (; !changing.signal.aborted; changes++)
      for (const service of ['api', 'proxy']) {
        const { code, stderr } = await clone.task([word, service])
        if (code !== 0) throw new Error(stderr)
      }
    process.stderr.write(`  ${word}: ${2 * changes} times\n`)
    return await asked
  }
  const ours = await failed('reload')
  const peer = await failed('restart')
  const goal = upTo(0, 'requests')
  const row = { name: `failed of ${requests} requests`, beside: 'restarted', unit: 'requests' }
  const figures = { ours, peer, ratio: ours / peer, goal: goal.text }
  return [{ ...row, ...figures, met: goal.isMet(figures) }]
}

/** How many failed. */
async function ask(clone: Clone, address: string, requests: number): Promise<number> {
  const pool = new Pool(address, { connections })
  const headers = {
    authorization: `Bearer ${readFileSync(clone.path('.artifacts/secrets/admin-token'), 'utf8').trim()}`,
  }
  let left = requests
  let failures = 0
  const asking = Array.from({ length: connections }, async () => {
    while (left-- > 0)
      await pool.request({ path: '/api/repositories', method: 'GET', headers }).then(
        async ({ statusCode, body }) => {
          await body.dump()
          if (statusCode !== 200) failures++
        },
        () => failures++,
      )
  })
  await Promise.all(asking)
  await pool.close()
  return failures
}

await printIfMain(import.meta, bench)
