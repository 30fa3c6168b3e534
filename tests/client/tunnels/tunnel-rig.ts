import { once } from 'node:events'
import type { Client } from '../../../client/sdk/client.ts'
import type { CommandId } from '../../../services/contract/ids.ts'
import { until } from '../../until.ts'
import { commandLine } from '../dap/attached.ts'
import type { RealServer } from '../real-server.ts'

type Test = { teardown(ends: () => Promise<void>): void }

/** Starts a command of a session, and waits for what it writes. */
export async function listening(client: Client, session: string, command: string[], says: RegExp) {
  const { id } = await client.commands.run({ session, command })
  const said = await until(`${command[0]} to say ${says}`, async () => {
    const texts = await Promise.all(
      (['stdout', 'stderr'] as const).map(async stream => {
        const { bytes } = await client.logTail({ session, command: id, stream, most: 10_000 })
        return Buffer.from(bytes).toString('utf8')
      }),
    )
    return says.exec(texts.join('\n')) ?? undefined
  })
  return { id: id as CommandId, said }
}

/** `tunnel` of a session, listening. */
export async function tunnelled(t: Test, server: RealServer, session: string, args: readonly string[]) {
  const child = commandLine(t, server, ['tunnel', session, '--json', ...args], '/')
  const said = { stderr: '' }
  child.stderr?.setEncoding('utf8').on('data', text => {
    said.stderr += text
  })
  if (child.stdout === null) throw new Error('its streams are pipes')
  const [line]: string[] = await Promise.race([
    once(child.stdout.setEncoding('utf8'), 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error(said.stderr))),
  ])
  const { port }: { port: number } = JSON.parse(line ?? '')
  return { child, port, said }
}
