import t from 'tap'
import type { McpName } from '../../client/mcp/words/words.ts'
import { words as toolWords } from '../../client/mcp/words.ts'
import { type Client, createClient } from '../../client/sdk/client.ts'
import type { Input } from '../../client/sdk/operation-types.ts'
import { contract, type OperationName, operationNames } from '../../services/contract/contract.ts'
import { exampleInputs } from '../../services/contract/examples/inputs.ts'
import type { Operation } from '../../services/contract/operation.ts'
import { scopeOf } from '../../services/contract/operation.ts'
import { at } from './cli/rig.ts'
import { startMcp } from './mcp/rig.ts'
import { demoRepository, realServer } from './real-server.ts'

/**
 * Walks the contract with those who may not: every operation through the SDK and as a tool, without a token, with too few
 * scopes, and for what is another's. How the API answers each of them over HTTP stands in its own walk.
 */
t.setTimeout(200_000)

const server = await realServer(t)
const client = createClient({ baseUrl: server.url, token: server.token })
t.teardown(() => client[Symbol.asyncDispose]())
await client.repositories.add({ url: await demoRepository(server.directory), name: 'demo', wait: 60 })
const { id: session } = await client.sessions.create({ repository: 'demo', wait: 60 })
const { id: command } = await client.commands.run({ session, command: ['true'], wait: 30 })

const someone = async (name: string, scopes: Input<'tokens.create'>['scopes']) =>
  (await client.tokens.create({ name, scopes })).token

async function surfacesOf(token: string | undefined) {
  const sdk = createClient({ baseUrl: server.url, ...(token === undefined ? {} : { token }) })
  t.teardown(() => sdk[Symbol.asyncDispose]())
  const environment = { ...at(server.url), ...(token === undefined ? {} : { DEBUG_SERVER_TOKEN: token }) }
  const agent = await startMcp({ environment, directory: server.directory })
  t.teardown(async () => await agent[Symbol.asyncDispose]())
  return {
    /** The code of the problem that it is refused with. */
    sdk: async (name: OperationName, input: object) => await refusalOf(sdk, name, input),
    mcp: async (name: McpName, input: object) => {
      const { content, isError } = await agent.callTool(toolWords[name].tool, { ...input })
      const [first] = content
      return isError === true && first?.type === 'text' ? /^\w+/.exec(first.text)?.[0] : 'it was done'
    },
  }
}

async function refusalOf(sdk: Client, name: OperationName, input: object): Promise<unknown> {
  const [group = '', verb = ''] = name.split('.')
  const method: unknown = Reflect.get(Reflect.get(sdk, group), verb)
  if (typeof method !== 'function') throw new Error(`the client has no method ${name}`)
  try {
    const answer: unknown = method(input)
    if (contract[name].answer === 'stream' || contract[name].answer === 'events')
      await Array.fromAsync(answer as AsyncIterable<unknown>)
    else await answer
    return 'it was done'
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
}

const isTool = (name: OperationName): name is McpName & OperationName =>
  (contract[name] as Operation).surfaces.includes('mcp')

/** Asked for again and again where the connection fails, which is no matter here. */
const inputOf = (name: OperationName): Record<string, unknown> => {
  const { wait, follow, ...input }: Record<string, unknown> = { ...exampleInputs[name] }
  return { ...input, ...('session' in input ? { session } : {}), ...(isId(name) ? { command } : {}) }
}
const isId = (name: OperationName): boolean =>
  'command' in exampleInputs[name] && name !== 'commands.run' && name !== 'artifacts.list'

for (const [who, scopes, wanted] of [
  ['nobody', undefined, 'unauthenticated'],
  ['somebody without the scope', ['mcp'], 'insufficient_scope'],
] as const)
  t.test(`${who} is refused everything, through each surface`, async t => {
    const by = await surfacesOf(scopes === undefined ? undefined : await someone('lacking', [...scopes]))
    for (const name of operationNames) {
      const { access } = contract[name]
      if (access === 'public' || (scopes !== undefined && scopeOf(access) === undefined)) continue
      t.equal(await by.sdk(name, inputOf(name)), wanted, `${name}, SDK`)
      if (isTool(name)) t.equal(await by.mcp(name, inputOf(name)), wanted, `${name}, tool`)
    }
  })

t.test("another's is not there, through each surface", async t => {
  const by = await surfacesOf(await someone('bob', ['cli', 'debug:write', 'debug:shell']))
  let count = 0
  for (const name of operationNames) {
    const [, thing] = /\{(session|command)\}/.exec(contract[name].path) ?? []
    if (thing === undefined || contract[name].access === 'admin') continue
    count += 1
    t.equal(await by.sdk(name, inputOf(name)), `${thing}_not_found`, `${name}, SDK`)
    if (isTool(name)) t.equal(await by.mcp(name, inputOf(name)), `${thing}_not_found`, `${name}, tool`)
  }
  t.ok(count > 25, `${count} operations`)
  t.match(
    await client.sessions.get({ session }),
    { id: session, status: 'running' },
    'and nothing was done to it',
  )
})
