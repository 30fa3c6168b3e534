import { realpathSync } from 'node:fs'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { Tree } from '../../../lib/tree/tree.ts'
import { isClosed } from './closed-names.ts'

/** A message may not be longer, in bytes. */
const longestMessage = 16_777_216

/** What a program is told of its surroundings. */
export type ProgramStart = { readonly server: McpServer; readonly workspace: Tree }

/** Serves tools of the directory that it is started in, over standard input and output, until its input ends. */
export async function runProgram(
  name: string,
  declare: (start: ProgramStart) => Promise<void>,
): Promise<void> {
  const workspace = await Tree.open(realpathSync(process.cwd()), isClosed)
  const server = new McpServer({ name: `debug-server-${name}`, version: '1.0.0' })
  await declare({ server, workspace })
  const ended = Promise.withResolvers<void>()
  for (const event of ['end', 'close', 'error']) process.stdin.once(event, () => ended.resolve())
  for (const event of ['close', 'error']) process.stdout.once(event, () => ended.resolve())
  server.server.onclose = () => ended.resolve()
  await server.connect(
    new StdioServerTransport(process.stdin, process.stdout, { maxBufferSize: longestMessage }),
  )
  await ended.promise
  // What is in progress has nobody to tell.
  process.exit()
}
