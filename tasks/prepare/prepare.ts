import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { compiledCode } from './compiled-code.ts'
import type { Manifest, Stamp } from './manifest.ts'

/** What changes the program although it is no part of it. */
const makers = ['package.json', 'package-lock.json', 'tasks/launch.mjs']
const leftOverMs = 60_000

/**
 * Makes the prepared program from the sources as they are, for `launch.mjs` to find. Throws where it cannot be made, and
 * leaves the one that was there.
 *
 * Several may do this at once, and any may be killed: each file is written elsewhere and renamed into its place, the
 * manifest last, and a manifest tells whether the others are those that it was written for.
 *
 * @param of the name of the program, as people start it, and the path of its source
 * @param place the directory for it
 */
export async function prepare(
  root: string,
  of: { readonly name: string; readonly main: string },
  place: string,
): Promise<void> {
  // Named after its source, so that what recognises lines of that in a stack recognises these.
  const name = `${relative(root, of.main)}.js`
  const program = join(place, name)
  mkdirSync(dirname(program), { recursive: true })
  // First of all: where nothing can be written this ends it, and the time of it is the beginning by the file system's
  // own clock.
  const draft = mkdtempSync(join(place, 'draft-'))
  try {
    const began = statSync(draft).ctimeMs
    const { bundle } = await import('./bundle.ts')
    const { text, sourceMap, sources } = await bundle(root, of, program)
    const ownSources = readdirSync(import.meta.dirname).map(name => join(import.meta.dirname, name))
    const files = [...sources, ...makers, ...ownSources.map(path => relative(root, path))]
    const stamps = [...new Set(files.map(path => path.replaceAll('/', sep)))].map(path => stampOf(root, path))
    // What changed since then, or within the same tick of the clock, may have been read before it changed.
    const late = stamps.find(([, , , ctimeMs]) => ctimeMs === null || ctimeMs >= began)
    if (late !== undefined) throw new Error(`${late[0]} has changed just now`)
    const codes = compiledCode({ ...of, root, program, text, directory: join(draft, 'practice') })
    const put = (name: string, content: Uint8Array | string) => putInto(draft, place, name, content)
    put(`${name}.map`, sourceMap)
    const manifest: Manifest = {
      root,
      program: put(name, text),
      codes:
        codes &&
        Object.fromEntries(
          Object.entries(codes).map(([kind, code]) => [kind, put(`${name}.${kind}.code`, code)]),
        ),
      sources: stamps,
    }
    put('manifest.json', JSON.stringify(manifest))
  } finally {
    rmSync(draft, { recursive: true, force: true })
    removeLeftOvers(place)
  }
}

/**
 * Writes a file beside its place and renames it into that; returns its stamp. On the disk first: V8 does not look whether
 * compiled code is whole.
 */
function putInto(draft: string, place: string, name: string, content: Uint8Array | string): Stamp {
  const path = join(draft, 'file')
  writeFileSync(path, content, { flush: true })
  const [, size, mtimeMs, , inode] = stampOf(draft, 'file')
  renameSync(path, join(place, name))
  return [name, size, mtimeMs, null, inode]
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
