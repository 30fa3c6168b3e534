import { pipeline, type Readable, type Writable } from 'node:stream'
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { z } from 'zod'
import type { ClientPlace, ConnectionFlags } from '../../config/client/load.ts'
import { packageVersion } from '../../config/package.ts'
import { Connections } from './connections.ts'
import { longestMessage } from './message-limit.ts'
import { createMcpServer } from './server.ts'
import { createTools } from './tools.ts'
import { wholeLines } from './whole-lines.ts'

export type ServeOptions = {
  readonly place: ClientPlace
  readonly flags: ConnectionFlags
  readonly stdin: Readable
  readonly stdout: Writable
  readonly log: (text: string) => void
  readonly report: (error: unknown) => void
  /** Ends it, as the end of `stdin` does. */
  readonly signal: AbortSignal
}

/** How long calls in progress may take to be answered once the client has closed our input, in milliseconds. */
const grace = 750

/** Speaks MCP over two streams until the input ends or the signal comes. No server needs to be there for that. */
export async function serve({
  place,
  flags,
  stdin,
  stdout,
  log,
  report,
  signal,
}: ServeOptions): Promise<void> {
  await using connections = new Connections(place, flags)
  const tools = createTools()
  const { server, settled } = createMcpServer({ version: packageVersion(), tools, connections, report })
  server.onerror = error => log(`a message that is no MCP, or came too late: ${reasonOf(error)}`)
  const ended = Promise.withResolvers<void>()
  const input = wholeLines(longestMessage)
  for (const event of ['end', 'close', 'error']) input.once(event, () => ended.resolve())
  // Where one of them ends, the other does: nothing reads on when this is over.
  pipeline(stdin, input, () => {})
  for (const event of ['close', 'error']) stdout.once(event, () => ended.resolve())
  server.onclose = () => ended.resolve()
  signal.addEventListener('abort', () => ended.resolve(), { once: true })
  await server.connect(new StdioServerTransport(input, stdout, { maxBufferSize: longestMessage }))
  await ended.promise
  if (!signal.aborted) await within(grace, settled())
  // Aborts what is still in progress.
  await server.close()
  input.destroy()
}

/** In one line: what a schema has to say of a message takes many. */
const reasonOf = (error: Error): string =>
  error instanceof z.core.$ZodError ? 'it is no message of JSON-RPC 2.0' : error.message

/** Waits for something no longer than so many milliseconds. */
async function within(milliseconds: number, done: Promise<unknown>): Promise<void> {
  const over = new AbortController()
  await Promise.race([done, delay(milliseconds, undefined, { signal: over.signal }).catch(() => {})])
  over.abort()
  // The SDK sends an answer a moment after it has got it.
  await turn()
}
