import type { Git, GitOutcome } from '../git/git.ts'
import { type DeclaredSubmodule, declaringKeys, parseGitmodules, shown } from './gitmodules.ts'

/** With the commit that the tree has at its path. */
export type RecordedSubmodule = DeclaredSubmodule & { readonly commit: string }

export type Recorded =
  | { readonly ok: true; readonly submodules: readonly RecordedSubmodule[] }
  | { readonly ok: false; readonly message: string }

/** A `.gitmodules` that is larger is none. */
const mostBytes = 1_048_576

/**
 * The submodules of a commit: what its `.gitmodules` declares and its tree has a commit of. Asked of the mirror, where nobody
 * but its remote has written; includes are not followed. `most`: there may be so many.
 */
export async function readSubmodules(
  git: Pick<Git, 'run'>,
  { mirror, commit, most }: { mirror: string; commit: string; most: number },
  signal: AbortSignal,
): Promise<Recorded> {
  const run = (...args: string[]) => git.run(['-C', mirror, '--literal-pathspecs', ...args], { signal })
  const listTree = async (...args: string[]) => entriesOf(await run('ls-tree', '-z', '--full-tree', ...args))
  const [file] = await listTree('-l', commit, '--', '.gitmodules')
  if (file === undefined) return { ok: true, submodules: [] }
  if (!file.mode.startsWith('100')) return refused('.gitmodules is no plain file')
  if (file.bytes > mostBytes) return refused(`.gitmodules has more than ${mostBytes} bytes`)
  const keys = ['--no-includes', '--blob', file.id, '--get-regexp', declaringKeys]
  const told = await run('config', '-z', ...keys)
  // Where there is no such key it fails as well, in this way alone; one that was killed says nothing, too.
  if (told.kind === 'timed_out' || (told.kind === 'failed' && (told.code !== 1 || told.stderr !== '')))
    return refused('.gitmodules is no configuration that git could read')
  const declared = parseGitmodules(told.kind === 'done' ? told.stdout : '')
  if (!declared.ok) return declared
  if (declared.submodules.length === 0) return { ok: true, submodules: [] }
  if (declared.submodules.length > most) return refused(`.gitmodules names more than ${most} submodules`)
  const paths = declared.submodules.map(({ path }) => path)
  const commits = new Map(
    (await listTree(commit, '--', ...paths))
      .filter(({ mode }) => mode === gitlink)
      .map(({ path, id }) => [path, id]),
  )
  const submodules = declared.submodules.flatMap(one => {
    const recorded = commits.get(one.path)
    return recorded === undefined ? [] : [{ ...one, commit: recorded }]
  })
  const fault = clashOf(submodules)
  return fault === undefined ? { ok: true, submodules } : refused(`.gitmodules: ${fault}`)
}

/** Of a commit of another repository. */
const gitlink = '160000'

type Entry = { readonly mode: string; readonly id: string; readonly bytes: number; readonly path: string }

/** Reads `git ls-tree -z`, with or without `-l`. */
function entriesOf(outcome: GitOutcome): Entry[] {
  if (outcome.kind !== 'done') throw new Error(`git ls-tree ${outcome.kind}: ${outcome.stderr}`)
  return outcome.stdout
    .split('\0')
    .slice(0, -1)
    .map(line => {
      const [, mode = '', id = '', bytes, path = ''] =
        /^(\d+) \w+ ([0-9a-f]+)(?: +(\d+|-))?\t(.*)$/s.exec(line) ?? []
      return { mode, id, path, bytes: Number.parseInt(bytes ?? '0', 10) || 0 }
    })
}

/** Two that would have the same place, or one in the other's, on a file system of any kind. */
function clashOf(submodules: readonly RecordedSubmodule[]): string | undefined {
  for (const key of ['name', 'path'] as const) {
    const sorted = submodules.map(one => `${one[key].toLowerCase()}/`).sort()
    const clash = sorted.find((text, index) => sorted[index + 1]?.startsWith(text))
    if (clash !== undefined)
      return `the ${key} ${shown(clash.slice(0, -1))} is that of two submodules, or another lies in it`
  }
  return undefined
}

const refused = (message: string): Recorded => ({ ok: false, message })
