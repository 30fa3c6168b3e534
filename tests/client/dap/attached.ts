import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { z } from 'zod'
import type { RealServer } from '../real-server.ts'

const main = resolve(import.meta.dirname, '../../../client/cli/main.ts')

type Test = { teardown(ends: () => Promise<void>): void }

/** A command line of a process of its own, which is ended with the test. */
export function commandLine(
  t: Test,
  server: Pick<RealServer, 'url' | 'token'>,
  args: readonly string[],
  directory: string,
): ChildProcess {
  const { DEBUG_SERVER_PROFILE: _, ...inherited } = process.env
  const child = spawn(process.execPath, [main, ...args], {
    cwd: directory,
    env: { ...inherited, DEBUG_SERVER_URL: server.url, DEBUG_SERVER_TOKEN: server.token },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  t.teardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  })
  return child
}

const toldSchema = z.object({ port: z.int().min(1), session: z.string(), local: z.string().nullable() })

/** `debug attach` for a session, listening. */
export async function attached(
  t: Test,
  server: Pick<RealServer, 'url' | 'token'>,
  session: string,
  { directory, args = [] }: { directory: string; args?: readonly string[] },
) {
  const child = commandLine(t, server, ['debug', 'attach', session, '--json', ...args], directory)
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('its streams are pipes')
  const said = { stderr: '' }
  stderr.setEncoding('utf8').on('data', text => {
    said.stderr += text
  })
  const [line]: string[] = await Promise.race([
    once(stdout.setEncoding('utf8'), 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error(said.stderr))),
  ])
  return { child, said, ...toldSchema.parse(JSON.parse(line ?? '')) }
}
