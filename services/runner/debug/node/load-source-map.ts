import { realpathSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { readShownFile } from '../shown-file.ts'
import { pathOf } from './file-paths.ts'
import { SourceMap } from './source-map.ts'

/** A source map and where its sources lie: undefined for one that is no file here. */
export type LoadedMap = { readonly map: SourceMap; readonly paths: readonly (string | undefined)[] }

export type MapPlace = {
  /** The top of the worktree, below which bundlers name sources. */
  readonly top: string
  /** Whether who asks may see a file, by its path without symbolic links: a debuggee names whatever it likes. */
  readonly shows: (path: string) => boolean
}

/** In bytes; what is larger is passed over, for it would hold up everybody else. */
const largestMap = 32_000_000
const mostSources = 20_000

/** The source map that a script names. Undefined where there is none that can be read. */
export async function loadSourceMap(
  script: string | undefined,
  named: string,
  { top, shows }: MapPlace,
): Promise<LoadedMap | undefined> {
  const inline = /^data:[^,]*?(;base64)?,/.exec(named)
  const file = inline === null ? mapFile(script, named) : undefined
  if (inline === null && file === undefined) return undefined
  const text =
    file === undefined
      ? decoded(named.slice(inline?.[0].length ?? 0), inline?.[1] !== undefined)
      : await readShownFile(file, shows, largestMap)
  const map = text === undefined || text.length > largestMap ? undefined : SourceMap.parse(text)
  if (map === undefined || map.sources.length > mostSources) return undefined
  const base = file ?? script
  const directory = base === undefined ? top : dirname(base)
  return { map, paths: map.sources.map(source => sourceFile(source, directory, { top, shows })) }
}

function mapFile(script: string | undefined, named: string): string | undefined {
  try {
    if (named.startsWith('file:')) return pathOf(named)
    if (/^[a-z][a-z0-9+.-]+:/i.test(named) || script === undefined) return undefined
    return resolve(dirname(script), decodeURIComponent(named))
  } catch {
    return undefined
  }
}

function decoded(text: string, base64: boolean): string | undefined {
  try {
    return base64 ? Buffer.from(text, 'base64').toString('utf8') : decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** Without symbolic links, as a file is known by. */
function sourceFile(source: string | null, directory: string, { top, shows }: MapPlace): string | undefined {
  for (const path of source === null ? [] : candidates(source, directory, top)) {
    try {
      const real = realpathSync(path)
      if (shows(real)) return real
    } catch {
      // not that one
    }
  }
  return undefined
}

function candidates(source: string, directory: string, top: string): string[] {
  const bundled = /^webpack:\/\/[^/]*\/(.*)$/.exec(source)?.[1]
  if (bundled !== undefined) return [join(top, bundled)]
  const path = pathOf(source)
  if (path !== undefined) return [path]
  return [resolve(directory, source), resolve(directory, unescaped(source))]
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
