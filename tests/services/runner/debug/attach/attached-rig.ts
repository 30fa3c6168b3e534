import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import type { Test } from 'tap'
import type { CommandId } from '../../../../../services/contract/ids.ts'
import { findSandbox } from '../../../../../services/runner/sandbox/sandbox.ts'
import { type Ground, groundFor } from '../matrix/ground.ts'
import { type LanguageName, languages, missingFor } from '../matrix/languages.ts'

const sandbox = await findSandbox('auto', process.env.PATH ?? '')
export const noSandbox: false | string = sandbox.kind === 'none' && sandbox.reason

export const engines = ['debugpy', 'gdb', 'lldb-dap', 'node', 'delve'] as const satisfies LanguageName[]
export const missing = (name: LanguageName): false | string => missingFor(languages[name]) ?? false

/** A language's program in a session; `apart`: in a sandbox. */
export const attachGround = (t: Test, name: LanguageName, { apart = false } = {}): Promise<Ground> =>
  groundFor(
    t,
    languages[name],
    apart ? { sandbox: { mode: 'bubblewrap', own: [], visible: [], home: '/nonexistent' } } : {},
  )

/** Of those that wait within a line of the matrix's program, and of what reads all at once: programs of their own. */
const ownPrograms = {
  debugpy: ['wait.py', 'def wait():\n    line = input()\n    print("read", line)\n\n\nwait()\n'],
  node: [
    'wait.cjs',
    `console.log('waits')
process.stdin.once('data', data => {
  console.log('read', String(data).trim())
  process.stdin.destroy()
})
`,
  ],
} as const

/** A program that waits for a line of a pipe, and ends with that; how it is given one, and where it then comes to. */
export async function waits(
  ground: Ground,
): Promise<{ command: CommandId; feed: () => void; behind: string }> {
  const { language, rig, session, worktree } = ground
  const pipe = worktree('line')
  if (spawnSync('mkfifo', [pipe]).status !== 0) throw new Error('there is no mkfifo')
  const { engine } = language
  const own = engine === 'debugpy' || engine === 'node' ? ownPrograms[engine] : undefined
  if (own !== undefined) writeFileSync(worktree(own[0]), own[1])
  const line = own === undefined ? './app echo' : `${engine === 'node' ? 'node' : 'python3'} ${own[0]}`
  // Opened for both, so that it is not at its end.
  const command = await rig.queue(session, `exec ${line} <>line`)
  const feed = () => writeFileSync(pipe, 'hello\n')
  const text = { debugpy: 'print("read"', node: "log('read'", delve: 'Println("read"' }
  const at = engine in text ? text[engine as keyof typeof text] : 'printf("read'
  return { command, feed, behind: `${own?.[0] ?? language.file}:"${at}"` }
}
