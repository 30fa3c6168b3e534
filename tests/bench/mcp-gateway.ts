/**
 * What the MCP gateway adds to the call of a tool: through it, beside the same call made directly, by the same client. Of a
 * program over standard input and output, and of a server over Streamable HTTP.
 *
 *     node tests/bench/mcp-gateway.ts
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { unruly, unrulyTable } from '../services/proxy/gateway/rig.ts'
import { addedUpTo, judged } from './goal.ts'
import { inTurn } from './in-turn.ts'
import { startPeer } from './peers/start-peer.ts'
import type { Address } from './peers/told.ts'
import { printIfMain } from './print-if-main.ts'
import type { Row } from './row.ts'

/** As much as a file that an agent reads. */
const text = 'x'.repeat(4_096)

export async function bench({ runs = 500 }: { runs?: number } = {}): Promise<Row[]> {
  const root = mkdtempSync(join(tmpdir(), 'mcp-gateway-'))
  try {
    await using elsewhere = await startPeer('mcp-elsewhere')
    mkdirSync(join(root, 'config'))
    const far = `[servers.far]\nurl = "${elsewhere.address.url}/mcp"\n`
    writeFileSync(join(root, 'config/mcp.toml'), `${unrulyTable('near')}${far}`)
    await using gateway = await startPeer('mcp-gateway', root)
    const through = await connected(overHttp(gateway.address))
    const program = { command: process.execPath, args: [unruly] }
    const near = await connected(new StdioClientTransport(program))
    const direct = await connected(overHttp(elsewhere.address))
    await through.listTools()
    const compare = (name: string, peer: Client) =>
      inTurn(
        () => echo(through, `${name}_echo`),
        () => echo(peer, 'echo'),
        { runs },
      )
    const rows = [
      { name: 'an MCP tool through the gateway', beside: 'over stdio', of: await compare('near', near) },
      { name: 'an MCP tool through the gateway', beside: 'over HTTP', of: await compare('far', direct) },
    ]
    for (const client of [through, near, direct]) await client.close()
    return rows.map(({ of, ...row }) => ({ ...row, ...judged(of, addedUpTo(2, 'ms')) }))
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

const overHttp = ({ url, headers }: Address) =>
  new StreamableHTTPClientTransport(new URL(`${url}/mcp`), { requestInit: { headers } })

async function connected(transport: StdioClientTransport | StreamableHTTPClientTransport): Promise<Client> {
  const client = new Client({ name: 'bench', version: '0' })
  // Its optional members are declared without `undefined`, which the interface wants: none to the compiler.
  await client.connect(transport as Transport)
  return client
}

async function echo(client: Client, name: string): Promise<void> {
  const { isError } = await client.callTool({ name, arguments: { text } })
  if (isError === true) throw new Error('the tool has failed')
}

await printIfMain(import.meta, bench)
