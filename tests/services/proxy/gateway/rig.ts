import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { CallToolResult, ClientCapabilities } from '@modelcontextprotocol/sdk/types.js'
import { pino } from 'pino'
import type { Test } from 'tap'
import { systemClock, toInstant } from '../../../../lib/clock.ts'
import { instanceId } from '../../../../services/contract/ids.ts'
import type { Scope } from '../../../../services/contract/scopes.ts'
import { startGateway } from '../../../../services/proxy/gateway/gateway.ts'
import type { ServerReadiness } from '../../../../services/proxy/gateway/readiness.ts'
import { startProxy } from '../../../../services/proxy/proxy.ts'
import { signingKey } from '../../../../services/store/signing-key.ts'
import { openStore } from '../../../../services/store/store.ts'
import { createToken } from '../../../../services/store/tokens.ts'
import { makeStore } from '../../store/make-store.ts'
import { noApps } from '../rig.ts'

export const unruly = resolve(import.meta.dirname, 'unruly-server.ts')

/** A table of TOML that starts the unruly server. */
export const unrulyTable = (name: string, more = ''): string =>
  `[servers.${name}]\ncommand = ${JSON.stringify(process.execPath)}\nargs = [${JSON.stringify(unruly)}]\n${more}\n`

/** Tables of TOML with the manager, which asks no registry of the internet. */
export const managerTable =
  '[servers.manager]\nbuiltin = "manager"\nchanges = "follow"\n[servers.manager.tools.manage_servers]\nname = "manage_servers"\n[manager]\nregistry = ""\n'

/** A proxy with a gateway before the servers that the configuration says, and clients of it. */
export async function startRig(
  t: Test,
  configuration: string,
  {
    environment = process.env,
    api = 'http://127.0.0.1:1',
    storeFile: given,
    stop,
  }: {
    environment?: NodeJS.ProcessEnv
    api?: string
    storeFile?: string
    /** How long a stop of the proxy waits, in milliseconds. */
    stop?: number
  } = {},
) {
  const root = await mkdtemp(join(tmpdir(), 'gateway-'))
  await using made = new AsyncDisposableStack()
  made.defer(() => rm(root, { recursive: true, force: true }))
  await mkdir(join(root, 'config'))
  const configure = (text: string) => writeFile(join(root, 'config', 'mcp.toml'), text)
  await configure(configuration)
  const storeFile = given ?? join(root, 'store.db')
  if (given === undefined) await makeStore(storeFile)
  const store = made.use(await openStore(storeFile))
  const token = async (
    name: string,
    scopes: readonly Scope[] = ['mcp'],
    mcp_servers: readonly string[] | null = null,
  ) => {
    const created = await createToken(store, {
      name,
      scopes,
      mcp_servers,
      now: toInstant(Date.now()),
      expires_at: null,
    })
    if (created.outcome !== 'created') throw new Error(`no token: ${created.outcome}`)
    return created
  }
  const { secret } = await token('rig')
  const logged: string[] = []
  const log = pino({ level: 'debug' }, { write: line => void logged.push(line) })
  const clients: Client[] = []
  let opened = 0
  const start = (port: number) =>
    startProxy({
      listen: { host: '127.0.0.1', port },
      ...(stop === undefined ? {} : { limits: { stop } }),
      ...{
        upstream: api,
        proof: 'the proof',
        trustedProxies: [],
        connections: 1_000,
        perAddress: 1_000,
        bodyLimit: 0,
      },
      ...noApps,
      ...{ instance: instanceId.create(), version: '1.2.3', log },
      openGateway: async () => {
        opened += 1
        return startGateway({
          ...{ root, environment, store, clock: systemClock, version: '1.2.3', api, log },
          refusedPerMinute: 30,
          ...{ signingKey: await signingKey(store), lookEvery: 50 },
        })
      },
    })
  const proxy = await start(0)
  let current = proxy
  made.defer(() => current[Symbol.asyncDispose]())
  /** Another proxy takes the place of the one that there is. */
  const replace = async () => {
    await current[Symbol.asyncDispose]()
    current = await start(Number(new URL(proxy.url).port))
  }
  const connect = async ({
    path = '/mcp',
    bearer = secret,
    capabilities = {},
  }: {
    path?: string
    bearer?: string
    capabilities?: ClientCapabilities
  } = {}) => {
    const transport = new StreamableHTTPClientTransport(new URL(`${proxy.url}${path}`), {
      requestInit: { headers: { authorization: `Bearer ${bearer}` } },
    })
    const client = new Client({ name: 'test', version: '1.0.0' }, { capabilities })
    // Its optional members are declared without `undefined`, which the interface wants: none to the compiler.
    await client.connect(transport as Transport)
    clients.push(client)
    return client
  }
  const readiness = async (bearer = secret): Promise<{ servers: ServerReadiness[]; faults: string[] }> => {
    const answer = await fetch(`${proxy.url}/servers`, { headers: { authorization: `Bearer ${bearer}` } })
    return JSON.parse(await answer.text())
  }
  const server = async (name: string, bearer = secret) => {
    const found = (await readiness(bearer)).servers.find(one => one.name === name)
    if (found === undefined) throw new Error(`there is no server ${name}`)
    return found
  }
  const owned = made.move()
  t.teardown(async () => {
    await Promise.all(clients.map(client => client.close()))
    await owned[Symbol.asyncDispose]()
  })
  const opens = () => opened
  return {
    root,
    proxy,
    store,
    secret,
    token,
    configure,
    connect,
    replace,
    readiness,
    server,
    logged,
    opens,
  }
}

/** Calls a tool and gives the first text of what it answers. */
export async function call(client: Client, name: string, input: Record<string, unknown> = {}) {
  const result = (await client.callTool({ name, arguments: input })) as CallToolResult
  const [first] = result.content
  return { result, failed: result.isError === true, text: first?.type === 'text' ? first.text : '' }
}

export const toolNames = async (client: Client): Promise<string[]> =>
  (await client.listTools()).tools.map(({ name }) => name)
