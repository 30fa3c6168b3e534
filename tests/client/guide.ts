import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { at } from './cli/rig.ts'
import { git } from './git.ts'
import type { RealServer } from './real-server.ts'

/** Runs what a guide tells its reader to type, and says what then stands in a terminal. */

const bin = resolve(import.meta.dirname, '../../client/cli/bin.mjs')

/** The fenced blocks of a page in one language, in their order. */
export const blocksOf = (page: string, language: string): string[] =>
  [...page.matchAll(/```(\w+)\n([\s\S]*?)```/g)].flatMap(([, found, block = '']) =>
    found === language ? [block] : [],
  )

/** A repository `demo` with one file, beside the directory that a reader stands in. */
export async function demoWith(server: RealServer, file: string, content: string): Promise<void> {
  const demo = join(server.directory, 'demo')
  await mkdir(demo)
  await mkdir(join(server.directory, 'clone'))
  await writeFile(join(demo, file), content)
  git(demo, 'init', '--quiet', '--initial-branch', 'main')
  git(demo, 'add', '--all')
  git(demo, 'commit', '--quiet', '--message', 'A demo')
}

/** The block with what its commands really write. What a command of a reader's `npx` would run is this checkout's. */
export async function played(
  server: RealServer,
  commands: readonly string[],
  directory = join(server.directory, 'clone'),
): Promise<string> {
  let shown = ''
  for (const command of commands) {
    const shell = spawn('bash', ['-c', `npx() { shift; "$NODE" "$BIN" "$@"; }\nexec 2>&1\n${command}`], {
      cwd: directory,
      env: {
        ...at(server.url),
        DEBUG_SERVER_TOKEN: server.token,
        PATH: process.env.PATH,
        NODE: process.execPath,
        BIN: bin,
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [output] = await Promise.all([text(shell.stdout), once(shell, 'close')])
    shown += `$ ${command}\n${output}`
  }
  return withoutIds(shown)
}

/** Ids differ from run to run. */
export const withoutIds = (text: string): string => text.replaceAll(/\b(ses|dbg|cmd)_[0-9a-z]{12}\b/g, '$1_…')
