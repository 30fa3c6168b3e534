import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import {
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ReadResourceRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import type { InProgress } from '../in-progress.ts'
import { orProtocolError } from '../protocol-error.ts'
import type { Surroundings } from '../surroundings.ts'
import { listResources } from './list.ts'
import { readResource } from './read.ts'
import { artifactTemplate, logTemplate, placeOf } from './uri.ts'

export const resourceTemplates = [
  {
    uriTemplate: logTemplate,
    name: 'log',
    title: "A command's output",
    description:
      'What a command has written to stdout or stderr, from the byte offset on; the session may be @last. Without an offset: from the beginning.',
    mimeType: 'text/plain',
  },
  {
    uriTemplate: artifactTemplate,
    name: 'artifact',
    title: 'An artifact',
    description: 'A file that was kept of a command, such as a test report, from the byte offset on.',
  },
] as const

/** Answers what clients ask about resources: logs and artifacts, read-only, each part within a bound. */
export function serveResources(server: Server, surroundings: Surroundings, inProgress: InProgress): void {
  const { connections } = surroundings
  const answer = <Result>(work: () => Promise<Result>) =>
    orProtocolError(surroundings, () => inProgress.run(work))
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: [...resourceTemplates],
  }))
  server.setRequestHandler(ListResourcesRequestSchema, async ({ params }, { signal }) =>
    answer(async () => listResources(params?.cursor, { client: await connections.client(), signal })),
  )
  server.setRequestHandler(ReadResourceRequestSchema, async ({ params }, { signal }) =>
    answer(async () => readResource(placeOf(params.uri), { client: await connections.client(), signal })),
  )
}
