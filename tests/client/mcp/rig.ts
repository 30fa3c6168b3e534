import { resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { type CallToolResult, CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'

const bin = resolve(import.meta.dirname, '../../../client/cli/bin.mjs')

/** What the server promises of a result, in bytes of its text. */
export const mostBytes = 8_192

export type Mcp = AsyncDisposable & {
  readonly client: Client
  readonly pid: number | null
  /** What the server has written to its standard error. */
  readonly stderr: () => string
  /** One call, whatever comes of it. */
  readonly callTool: (name: string, input?: Fields, signal?: AbortSignal) => Promise<CallToolResult>
  /** The value of a call that succeeds; it throws what a model would read where it does not. */
  readonly value: (name: string, input?: Fields) => Promise<Value>
  /** The values of all parts of a result, read by their cursors. */
  readonly parts: (name: string, input: Fields) => Promise<Value[]>
}

type Fields = Readonly<Record<string, unknown>>

const valueSchema = z.looseObject({ cursor: z.string().optional() })
export type Value = z.infer<typeof valueSchema>

/** `debug-server mcp` as a real process, spoken to by the official client, which checks results against their schemas. */
export async function startMcp(options: {
  readonly environment: Readonly<Record<string, string>>
  readonly directory: string
  readonly args?: readonly string[]
}): Promise<Mcp> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [bin, 'mcp', ...(options.args ?? [])],
    cwd: options.directory,
    env: { PATH: process.env.PATH ?? '', ...options.environment },
    stderr: 'pipe',
  })
  let stderr = ''
  transport.stderr?.on('data', text => {
    stderr += text
  })
  const client = new Client({ name: 'test', version: '1.0.0' })
  // A class that declares its optional members without `undefined`, as the interface wants them, is none to the compiler.
  await client.connect(Object.assign(transport, { sessionId: '' }))
  // The client learns here what each tool answers with, and holds it to that from then on.
  await client.listTools()

  const callTool: Mcp['callTool'] = async (name, input = {}, signal) =>
    CallToolResultSchema.parse(
      await client.callTool({ name, arguments: input }, undefined, {
        timeout: 90_000,
        ...(signal === undefined ? {} : { signal }),
      }),
    )
  const value: Mcp['value'] = async (name, input) => {
    const result = await callTool(name, input)
    const text = textOf(result)
    if (result.isError === true) throw new Error(text)
    if (Buffer.byteLength(text) > mostBytes) throw new Error(`${name}: ${Buffer.byteLength(text)} bytes`)
    const structured = valueSchema.parse(result.structuredContent)
    if (!isDeepStrictEqual(JSON.parse(text), structured))
      throw new Error(`${name}: the text is not the structured content`)
    return structured
  }
  return {
    client,
    pid: transport.pid,
    stderr: () => stderr,
    callTool,
    value,
    async parts(name, input) {
      const parts = [await value(name, input)]
      for (;;) {
        const cursor = parts.at(-1)?.cursor
        if (cursor === undefined) return parts
        parts.push(await value(name, { cursor }))
      }
    },
    async [Symbol.asyncDispose]() {
      await client.close()
    },
  }
}

/** The text of a result, as a model reads it. */
export const textOf = ({ content }: CallToolResult): string =>
  content.map(block => (block.type === 'text' ? block.text : `[${block.type}]`)).join('\n')
