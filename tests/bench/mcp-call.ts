/**
 * How long a tool takes that asks the server once, through `debug-server mcp` on standard input and output, against the
 * same question over HTTP. They are asked in turn.
 *
 *     node tests/bench/mcp-call.ts
 */
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { Pool } from 'undici'
import { startBenchServer } from './bench-server.ts'
import type { Goal } from './goal.ts'
import { printIfMain } from './print-if-main.ts'
import { median, percentile, type Row } from './row.ts'
import { timed } from './timed.ts'

export async function bench({ runs = 500 }: { runs?: number } = {}): Promise<Row[]> {
  await using server = await startBenchServer()
  const session = await server.session()
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [join(server.clone.root, 'client/cli/bin.mjs'), 'mcp'],
    env: { PATH: process.env.PATH ?? '', HOME: server.clone.home },
    cwd: server.clone.root,
    stderr: 'ignore',
  })
  const agent = new Client({ name: 'bench', version: '0' })
  await agent.connect(transport)
  const pool = new Pool(server.url, { connections: 1 })
  const headers = { authorization: `Bearer ${server.token}` }
  const ours: number[] = []
  const peer: number[] = []
  try {
    for (let i = -20; i < runs; i++) {
      const overHttp = await timed(async () => {
        const { statusCode, body } = await pool.request({
          method: 'GET',
          path: `/sessions/${session}`,
          headers,
        })
        await body.json()
        if (statusCode !== 200) throw new Error(`the server answers with ${statusCode}`)
      })
      const asTool = await timed(async () => {
        const { isError } = await agent.callTool({ name: 'session_info', arguments: { session } })
        if (isError === true) throw new Error('the tool has failed')
      })
      if (i < 0) continue // warming up
      peer.push(overHttp)
      ours.push(asTool)
    }
  } finally {
    await agent.close()
    await pool.close()
  }
  const row = (what: string, a: number, b: number, goal: Goal | undefined): Row => ({
    ...{ name: `an MCP tool is called, ${what}`, beside: 'the same over HTTP', unit: 'ms' },
    ...{ ours: a, peer: b, ratio: a / b, goal: goal?.text ?? '' },
    ...(goal === undefined ? {} : { met: goal.isMet({ ours: a, ratio: a / b }) }),
  })
  const [a, b] = [median(ours), median(peer)]
  return [
    row('median', a, b, { text: '≤ 3 ms above', isMet: () => a - b <= 3 }),
    row('99th percentile', percentile(ours, 0.99), percentile(peer, 0.99), undefined),
  ]
}

await printIfMain(import.meta, bench)
