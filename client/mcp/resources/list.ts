import type { ListResourcesResult, Resource } from '@modelcontextprotocol/sdk/types.js'
import { shellWords } from '../../../lib/shell-words.ts'
import { logStreams } from '../../../services/contract/log-message.ts'
import type { ProblemCode } from '../../../services/contract/problems.ts'
import type { Command } from '../../../services/contract/resources.ts'
import { every } from '../../sdk/every.ts'
import { ProblemError } from '../../sdk/problem-error.ts'
import { invalidParams } from '../protocol-error.ts'
import type { ToolCall } from '../tool-call.ts'
import { uriOf } from './uri.ts'

/** Of so many sessions, the latest, resources are listed; those of others are found by the tools that name them. */
const mostSessions = 20
const pageLength = 100

type Asking = Pick<ToolCall, 'client' | 'signal'>

/**
 * The logs and the artifacts of the latest sessions, newest session first, a page at a time. A cursor names the session to
 * go on with, and how many of its resources have been told.
 */
export async function listResources(
  cursor: string | undefined,
  { client, signal }: Asking,
): Promise<ListResourcesResult> {
  const { items: sessions } = await client.sessions.list({ limit: mostSessions }, { signal })
  const [, from, told = '0'] = cursor === undefined ? [] : (/^(ses_\w+)\.(\d{1,9})$/.exec(cursor) ?? [''])
  const start = cursor === undefined ? 0 : sessions.findIndex(({ id }) => id === from)
  if (start === -1)
    throw invalidParams('this cursor leads nowhere any more: list the resources from the beginning')
  const resources: Resource[] = []
  let passed = Number(told)
  for (const { id } of sessions.slice(start)) {
    const all = await resourcesOf(id, { client, signal })
    const some = all.slice(passed, passed + pageLength - resources.length)
    resources.push(...some)
    if (passed + some.length < all.length) return { resources, nextCursor: `${id}.${passed + some.length}` }
    passed = 0
  }
  return { resources }
}

async function resourcesOf(session: string, { client, signal }: Asking): Promise<Resource[]> {
  // It may have been deleted since it was listed; and a token may read logs but no artifacts.
  const [commands, artifacts] = await Promise.all([
    Array.fromAsync(every(cursor => client.commands.list({ session, limit: 200, cursor }, { signal }))).catch(
      nothingFor('session_not_found'),
    ),
    Array.fromAsync(
      every(cursor => client.artifacts.list({ session, limit: 200, cursor }, { signal })),
    ).catch(nothingFor('session_not_found', 'insufficient_scope')),
  ])
  return [
    ...commands.filter(({ started_at }) => started_at !== null).flatMap(logsOf),
    ...artifacts.map(({ id, path, command, media_type, bytes }) => ({
      uri: uriOf({ kind: 'artifact', artifact: id, offset: 0 }),
      name: path,
      title: `${path}, kept of ${command}`,
      mimeType: media_type,
      size: bytes,
    })),
  ]
}

const logsOf = ({ session, id, command, status }: Command): Resource[] =>
  logStreams.map(stream => ({
    uri: uriOf({ kind: 'log', session, command: id, stream, offset: 0 }),
    name: `${stream} of ${id}`,
    title: `${stream} of ${lineOf(command)} (${status})`,
    mimeType: 'text/plain',
  }))

/** A command's line, as much of it as a title has room for. */
function lineOf(command: Command['command']): string {
  const line = typeof command === 'string' ? command : shellWords(command)
  return line.length > 80 ? `${line.slice(0, 79)}…` : line
}

/** An answer of nothing in place of these refusals. */
const nothingFor =
  (...codes: readonly ProblemCode[]) =>
  (error: unknown): [] => {
    if (error instanceof ProblemError && codes.some(code => code === error.code)) return []
    throw error
  }
