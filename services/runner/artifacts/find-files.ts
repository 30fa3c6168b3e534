import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type GlobState, globMatches, globStart, globStep, type PathGlob } from '../../../lib/path-glob.ts'

export type FoundFiles = {
  /** What matches and is no directory, relative to the top, in order. */
  paths: string[]
  /** The patterns that match nothing. */
  unmatched: string[]
  /** False where there was too much to look at, or no time. */
  complete: boolean
}

/**
 * Looks below `top` for what any of the patterns matches. Directories in which nothing can match are not looked into,
 * `.git` never, and links to directories are not followed, so there is an end.
 */
export async function findFiles(
  top: string,
  globs: readonly PathGlob[],
  { mostEntries, inTime }: { mostEntries: number; inTime: () => boolean },
): Promise<FoundFiles> {
  const paths: string[] = []
  const matched = new Set<PathGlob>()
  let left = mostEntries

  const visit = async (directory: string, states: ReadonlyMap<PathGlob, GlobState>): Promise<void> => {
    for (const entry of await entriesOf(join(top, directory))) {
      if (left-- <= 0 || !inTime()) return
      if (entry.name === '.git') continue
      const path = directory === '' ? entry.name : `${directory}/${entry.name}`
      const next = stepped(states, entry.name)
      if (entry.isDirectory()) {
        if (next.size > 0) await visit(path, next)
        continue
      }
      const fitting = [...next].filter(([glob, state]) => globMatches(glob, state))
      for (const [glob] of fitting) matched.add(glob)
      if (fitting.length > 0) paths.push(path)
    }
  }

  await visit('', new Map(globs.map(glob => [glob, globStart(glob)])))
  return {
    paths,
    unmatched: globs.filter(glob => !matched.has(glob)).map(({ text }) => text),
    complete: left >= 0 && inTime(),
  }
}

function stepped(states: ReadonlyMap<PathGlob, GlobState>, name: string): Map<PathGlob, GlobState> {
  const next = new Map<PathGlob, GlobState>()
  for (const [glob, state] of states) {
    const after = globStep(glob, state, name)
    if (after.length > 0) next.set(glob, after)
  }
  return next
}

/** What is not there any more, or may not be read, holds nothing. */
async function entriesOf(directory: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(directory, { withFileTypes: true })
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch {
    return []
  }
}
