import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { CompleteRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { logStreams } from '../../services/contract/log-message.ts'
import { every } from '../sdk/every.ts'
import type { InProgress } from './in-progress.ts'
import type { Named } from './prompts/prompt.ts'
import { promptNamed } from './prompts/prompts.ts'
import type { Surroundings } from './surroundings.ts'
import type { ToolCall } from './tool-call.ts'

/** The protocol's bound, and how long a person at a keyboard waits, in milliseconds. */
const mostValues = 100
const patience = 2_000

/** What has been filled in already, by name. */
type Given = Readonly<Record<string, string>>
type Asking = Pick<ToolCall, 'client' | 'signal'>

/** The values of each kind of name that a prompt or a resource template takes, all that there are. */
const values: { readonly [Name in Named]: (given: Given, asking: Asking) => Promise<readonly string[]> } = {
  repository: async (_, { client, signal }) =>
    (await client.repositories.list({}, { signal })).items.map(({ name }) => name),
  session: async (_, { client, signal }) => [
    '@last',
    ...(await client.sessions.list({ limit: mostValues }, { signal })).items.map(({ id }) => id),
  ],
  command: async ({ session = '@last' }, { client, signal }) =>
    (
      await Array.fromAsync(
        every(cursor => client.commands.list({ session, limit: 200, cursor }, { signal })),
        ({ id }) => id,
      )
    ).toReversed(),
  artifact: async ({ session = '@last' }, { client, signal }) =>
    await Array.fromAsync(
      every(cursor => client.artifacts.list({ session, limit: 200, cursor }, { signal })),
      ({ id }) => id,
    ),
  stream: async () => logStreams,
}

const isNamed = (name: string): name is Named => Object.hasOwn(values, name)

/**
 * Completes the arguments of prompts and the variables of resource templates by what the Debug Server has. Where it cannot
 * be asked, or not soon, there is nothing to complete with: that is no error while somebody types.
 */
export function serveCompletions(
  server: Server,
  { connections }: Surroundings,
  inProgress: InProgress,
): void {
  server.setRequestHandler(CompleteRequestSchema, async ({ params }, { signal }) => {
    const { ref, argument, context } = params
    const kind =
      ref.type === 'ref/prompt' ? promptNamed(ref.name)?.takes[argument.name]?.named : argument.name
    const found =
      kind === undefined || !isNamed(kind) ? [] : await known(kind, context?.arguments ?? {}, signal)
    const fitting = found.filter(value => value.startsWith(argument.value))
    return {
      completion: {
        values: fitting.slice(0, mostValues),
        total: fitting.length,
        hasMore: fitting.length > mostValues,
      },
    }
  })

  async function known(kind: Named, given: Given, signal: AbortSignal): Promise<readonly string[]> {
    try {
      const client = await connections.client()
      const asking = { client, signal: AbortSignal.any([signal, AbortSignal.timeout(patience)]) }
      return await inProgress.run(() => values[kind](given, asking))
    } catch {
      return []
    }
  }
}
