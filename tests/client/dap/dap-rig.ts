import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from '../../../client/sdk/client.ts'
import { git } from '../git.ts'
import { type RealServer, realServer } from '../real-server.ts'
import { DapPeer } from './dap-peer.ts'

type Test = { teardown(ends: () => Promise<void>): void }

/** Adds up, calls, and says what it does; `import json` leads out of the worktree. */
export const program = `import json

def total_of(items):
    total = 0
    for name, count in items:
        print('adding', name)
        total += count
    return total

basket = [('apples', 3), ('bread', 1)]
total = total_of(basket)
print(json.dumps(total))
`

/** A server with a running session of a checkout that a person has as well, at another place. */
export async function dapRig(t: Test, files: Readonly<Record<string, string>> = { 'app.py': program }) {
  const server = await realServer(t)
  const local = join(server.directory, 'local checkout')
  await mkdir(local)
  for (const [name, text] of Object.entries(files)) await writeFile(join(local, name), text)
  git(local, 'init', '--quiet', '--initial-branch', 'main')
  git(local, 'add', '--all')
  git(local, 'commit', '--quiet', '--message', 'A program')
  const client = createClient({ baseUrl: server.url, token: server.token })
  t.teardown(async () => client[Symbol.asyncDispose]())
  await client.repositories.add({ url: local, name: 'demo', wait: 20 })
  const { id: session } = await client.sessions.create({ repository: 'demo', wait: 20 })
  return { server, local, client, session, address: addressOf(server, session) }
}

export const addressOf = ({ url }: RealServer, session: string, query: Record<string, string> = {}): string =>
  `${url.replace('http', 'ws')}/sessions/${session}/debug/dap?${new URLSearchParams(query)}`

export const editorOn = (
  { token }: RealServer,
  address: string,
): Promise<DapPeer & { socket: { close(): void } }> => DapPeer.overWebSocket(address, token)

export const vsCode = {
  ...{ clientID: 'vscode', clientName: 'Visual Studio Code', adapterID: 'debug-server', pathFormat: 'path' },
  ...{ linesStartAt1: true, columnsStartAt1: true, supportsVariableType: true, supportsVariablePaging: true },
  ...{ supportsRunInTerminalRequest: true, locale: 'en', supportsProgressReporting: true },
  ...{ supportsInvalidatedEvent: true, supportsMemoryReferences: true, supportsMemoryEvent: true },
  ...{
    supportsArgsCanBeInterpretedByShell: true,
    supportsStartDebuggingRequest: true,
    supportsANSIStyling: true,
  },
}
