import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { Test } from 'tap'

const found = (program: string): string | undefined =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .map(directory => join(directory, program))
    .find(path => existsSync(path))

/** A PATH with these programs and no other. */
export async function pathWith(t: Test, programs: readonly string[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'path-'))
  t.teardown(() => rm(directory, { recursive: true, force: true }))
  for (const program of programs) await symlink(found(program) ?? 'none', join(directory, program))
  return directory
}

type EngineRig = {
  readonly name: string
  readonly programs: readonly string[]
  /** Why it cannot be tried here. */
  readonly skip: string | false
}

/** The two ways of searching, by the programs that there are. */
export const engines: readonly EngineRig[] = [
  {
    name: 'ripgrep',
    programs: ['rg', 'git'],
    skip: found('rg') === undefined ? 'ripgrep is not installed' : false,
  },
  { name: 'our own', programs: ['git'], skip: false },
]

export const gitInit = (root: string): void => void execFileSync('git', ['init', '-q', root])
