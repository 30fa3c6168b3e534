import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { compiledCode } from './compiled-code.ts'
import type { Manifest, Stamp } from './manifest.ts'
import { recipes } from './recipes.ts'

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
  const partOf = (main: string) => {
    // Named after its source, so that what recognises lines of that in a stack recognises these.
    const name = `${relative(root, main)}.js`
    return { main, name, program: join(place, name) }
  }
  const part = partOf(of.main)
  mkdirSync(dirname(part.program), { recursive: true })
  // First of all: where nothing can be written this ends it, and the time of it is the beginning by the file system's
  // own clock.
  const draft = mkdtempSync(join(place, 'draft-'))
  try {
    const began = statSync(draft).ctimeMs
    const { bundle } = await import('./bundle.ts')
    const bundled = async (part: Part) => ({
      ...part,
      ...(await bundle(root, { name: of.name, main: part.main }, part.program)),
    })
    const itself = await bundled(part)
    const ahead: Record<string, Awaited<ReturnType<typeof bundled>>> = {}
    for (const [name, { main }] of Object.entries(recipes[of.name]?.ahead ?? {}))
      ahead[name] = await bundled(partOf(join(root, main)))
    const ownSources = readdirSync(import.meta.dirname).map(name => join(import.meta.dirname, name))
    const files = [
      ...[itself, ...Object.values(ahead)].flatMap(({ sources }) => sources),
      ...makers,
      ...ownSources.map(path => relative(root, path)),
    ]
    const stamps = [...new Set(files.map(path => path.replaceAll('/', sep)))].map(path => stampOf(root, path))
    // What changed since then, or within the same tick of the clock, may have been read before it changed.
    const late = stamps.find(([, , , ctimeMs]) => ctimeMs === null || ctimeMs >= began)
    if (late !== undefined) throw new Error(`${late[0]} has changed just now`)
    const codes = compiledCode({
      ...of,
      root,
      ...itself,
      name: of.name,
      ahead,
      directory: join(draft, 'practice'),
    })
    const put = (name: string, content: Uint8Array | string) => putInto(draft, place, name, content)
    for (const { name, sourceMap } of [itself, ...Object.values(ahead)]) put(`${name}.map`, sourceMap)
    const manifest: Manifest = {
      root,
      program: put(itself.name, itself.text),
      codes:
        codes &&
        Object.fromEntries(
          Object.entries(codes.itself).map(([kind, code]) => [
            kind,
            put(`${itself.name}.${kind}.code`, code),
          ]),
        ),
      ahead: Object.fromEntries(
        Object.entries(ahead).map(([kind, { name, text }]) => {
          const code = codes?.ahead[kind]
          return [kind, { program: put(name, text), code: code && put(`${name}.code`, code) }]
        }),
      ),
      sources: stamps,
    }
    put('manifest.json', JSON.stringify(manifest))
  } finally {
    rmSync(draft, { recursive: true, force: true })
    removeLeftOvers(place)
  }
}

interface Part {
  readonly main: string
  readonly name: string
  readonly program: string
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
