import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import type { Manifest, Stamp } from './manifest.ts'

/** What changes the program although it is no part of it. */
const makers = ['package.json', 'package-lock.json', 'tasks/launch.mjs']
const leftOverMs = 60_000

/**
 * Makes the prepared program from the sources as they are, for `launch.mjs` to find, and returns its path. Throws where
 * it cannot be made, and leaves the one that was there.
 *
 * Several may do this at once, and any may be killed: each file is written elsewhere and renamed into its place, the
 * manifest last, and a manifest tells whether the program is the one that it was written for.
 */
export async function prepare(root: string, main: string): Promise<string> {
  const place = join(root, '.artifacts', 'prepared')
  // Named after its source, so that what recognises lines of that in a stack recognises these.
  const program = join(place, `${relative(root, main)}.mjs`)
  mkdirSync(dirname(program), { recursive: true })
  // First of all: where nothing can be written this ends it, and the time of it is the beginning by the file system's
  // own clock.
  const draft = mkdtempSync(join(place, 'draft-'))
  try {
    const began = statSync(draft).ctimeMs
    const { bundle } = await import('./bundle.ts')
    const { code, sourceMap, sources } = await bundle(root, main, program)
    const ownSources = readdirSync(import.meta.dirname).map(name => join(import.meta.dirname, name))
    const files = [...sources, ...makers, ...ownSources.map(path => relative(root, path))]
    const stamps = [...new Set(files.map(path => path.replaceAll('/', sep)))].map(path => stampOf(root, path))
    // What changed since then, or within the same tick of the clock, may have been read before it changed.
    const late = stamps.find(([, , , ctimeMs]) => ctimeMs === null || ctimeMs >= began)
    if (late !== undefined) throw new Error(`${late[0]} has changed just now`)
    putInto(draft, `${program}.map`, sourceMap)
    const [, size, mtimeMs, , inode] = putInto(draft, program, code)
    const manifest: Manifest = {
      root,
      program: [relative(root, program), size, mtimeMs, null, inode],
      sources: stamps,
    }
    putInto(draft, join(place, 'manifest.json'), JSON.stringify(manifest))
    return program
  } finally {
    rmSync(draft, { recursive: true, force: true })
    removeLeftOvers(place)
  }
}

/** Writes a file beside its place and renames it into that; returns its stamp from before. */
function putInto(draft: string, path: string, content: Uint8Array | string): Stamp {
  writeFileSync(join(draft, 'file'), content)
  const stamp = stampOf(draft, 'file')
  renameSync(join(draft, 'file'), path)
  return stamp
}

function stampOf(directory: string, path: string): Stamp {
  const { size, mtimeMs, ctimeMs, ino } = statSync(join(directory, path))
  return [path, size, mtimeMs, ctimeMs, ino]
}

/** Drafts of those who were killed. */
function removeLeftOvers(place: string): void {
  for (const name of readdirSync(place)) {
    if (!name.startsWith('draft-')) continue
    const path = join(place, name)
    const found = statSync(path, { throwIfNoEntry: false })
    if (found !== undefined && Date.now() - found.mtimeMs > leftOverMs)
      rmSync(path, { recursive: true, force: true })
  }
}
