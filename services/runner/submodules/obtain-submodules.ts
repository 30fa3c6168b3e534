import type { SessionFailure } from '../../contract/session-state.ts'
import { getRepository } from '../../store/repositories.ts'
import type { MirroredSubmodule, SessionJoined } from '../../store/rows.ts'
import type { RunnerContext } from '../context.ts'
import { withoutCredentials } from '../git/public-message.ts'
import { type BroughtCommit, bringCommit } from './bring-commit.ts'
import { findMirror } from './find-mirror.ts'
import { shown } from './gitmodules.ts'
import { type Recorded, type RecordedSubmodule, readSubmodules } from './read-submodules.ts'
import { resolveUrl } from './resolve-url.ts'

/** `names`: its own behind those of the submodules that it lies in, as they are called there. */
export type ObtainedSubmodule = MirroredSubmodule & { readonly names: readonly string[] }

export type ObtainedSubmodules =
  | { readonly ok: true; readonly submodules: readonly ObtainedSubmodule[] }
  | { readonly ok: false; readonly failure: SessionFailure }

/** Of a commit that has none. */
export const noSubmodules: ObtainedSubmodules = { ok: true, submodules: [] }

type Session = Pick<SessionJoined, 'repository_id' | 'submodule_choice'>

/** How many submodules a session may have, and how deep one may lie in others: whoever writes them may write any number. */
const most = 250
const deepest = 5

/** What is looked through: the repository itself, or a submodule. */
type Level = {
  readonly mirror: string
  readonly commit: string
  readonly url: string
  readonly path: string
  readonly names: readonly string[]
}

/** What is the same for all levels. */
type Walk = {
  readonly context: RunnerContext
  readonly session: Session
  /** A fetch that began later will do. */
  readonly since: number
  readonly signal: AbortSignal
  /** Who names the same ones again and again has each looked at once. */
  readonly read: Once<Recorded>
  readonly bring: Once<BroughtCommit>
}

/**
 * Has the mirrors of the submodules that a session is to have at a commit have what is recorded of them: all, or it is said
 * which one cannot be had. Those of the repository come before theirs.
 */
export async function obtainSubmodules(
  context: RunnerContext,
  session: Session,
  commit: string,
  since: number,
  signal: AbortSignal,
): Promise<ObtainedSubmodules> {
  const { store, files, git } = context
  if (session.submodule_choice === 'none') return noSubmodules
  const { id, url } = await getRepository(store, session.repository_id)
  const walk: Walk = { context, session, since, signal, read: once(), bring: once() }
  const submodules: ObtainedSubmodule[] = []
  const levels: Level[] = [{ mirror: files.mirror(id), commit, url, path: '', names: [] }]
  for (let level = levels.shift(); level !== undefined; level = levels.shift()) {
    const { mirror, commit, path, names } = level
    const where = path === '' ? '' : `the submodule ${shown(path)}: `
    const read = await walk.read(mirror + commit, () => readSubmodules(git, { mirror, commit, most }, signal))
    if (!read.ok) return unavailable(where + read.message)
    if (read.submodules.length + submodules.length > most)
      return unavailable(`there are more than ${most} submodules`)
    if (read.submodules.length > 0 && names.length >= deepest)
      return unavailable(`${where}it has submodules more than ${deepest} levels deep`)
    for (const recorded of read.submodules) {
      const obtained = await obtain(walk, level, recorded)
      if (!obtained.ok) return unavailable(obtained.message)
      submodules.push(obtained.submodule)
      if (session.submodule_choice === 'recursive') levels.push(obtained.level)
    }
  }
  return { ok: true, submodules }
}

type Obtained = { ok: true; submodule: ObtainedSubmodule; level: Level } | { ok: false; message: string }

async function obtain(
  { context, session, since, signal, bring }: Walk,
  within: Level,
  { name, path: place, url: declared, commit }: RecordedSubmodule,
): Promise<Obtained> {
  const path = within.path === '' ? place : `${within.path}/${place}`
  const refused = (url: string, why: string): Obtained => ({
    ok: false,
    message: `the submodule ${shown(path)} (${withoutCredentials(shown(url))}): ${why}`,
  })
  const resolved = resolveUrl(within.url, declared)
  if (resolved === undefined) return refused(declared, `its address leads out of the host of ${within.url}`)
  const found = await findMirror(context, session.repository_id, resolved)
  if (!found.ok) return refused(resolved, found.message)
  const { mirror } = found
  const { key, directory, url } = mirror
  const brought = await bring(directory + commit, () => bringCommit(context, mirror, commit, since, signal))
  if (!brought.ok) return refused(url, brought.message + (mirror.anonymous ? asNobody : ''))
  const names = [...within.names, name]
  return {
    ok: true,
    submodule: { path, url, commit, mirror: key, names },
    level: { mirror: directory, commit, url, path, names },
  }
}

type Once<T> = (key: string, work: () => Promise<T>) => Promise<T>

function once<T>(): Once<T> {
  const known = new Map<string, Promise<T>>()
  return (key, work) => {
    const begun = known.get(key) ?? work()
    known.set(key, begun)
    return begun
  }
}

/** What may be the reason: who asks for a private repository without credentials is often told that there is none. */
const asNobody =
  " (it was fetched without the server's credentials, for it is not registered as a repository)"

const unavailable = (why: string): ObtainedSubmodules => ({
  ok: false,
  failure: {
    reason: 'submodule_unavailable',
    message: `${why}; a session with submodules "none" does without`,
  },
})
