import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ProcessScope } from '../../lib/processes/process-scope.ts'
import { agentEnvironment } from '../../services/runner/debug/node/agent-environment.ts'
import { AgentServer } from '../../services/runner/debug/node/agent-server.ts'
import { DirectInspector } from './direct-inspector.ts'

type Place = { readonly file: string; readonly line: number; readonly arguments?: readonly string[] }

/** The agent of ours, spoken to without the bridge, at a stop in a line. */
export async function overAgent(
  scope: ProcessScope,
  directory: string,
  { file, line, arguments: words = [] }: Place,
) {
  const came = Promise.withResolvers<DirectInspector>()
  const server = new AgentServer((_, peer) => {
    const inspector = new DirectInspector(peer.write)
    came.resolve(inspector)
    return { line: text => inspector.take(text), gone: () => undefined }
  })
  const socket = join(directory, 'agent.sock')
  await server.listen(socket)
  const env = { PATH: process.env.PATH ?? '', ...agentEnvironment(socket) }
  scope.spawn(process.execPath, [file, ...words], { env, stdio: 'ignore' })
  const inspector = await came.promise
  await inspector.send('Debugger.setBreakpointByUrl', { url: pathToFileURL(file).href, lineNumber: line - 1 })
  await inspector.run()
  return { inspector, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}
