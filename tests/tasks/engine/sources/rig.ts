import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { parseModule } from '../../../../tasks/engine/sources/module-imports.ts'
import type { RememberedSource } from '../../../../tasks/engine/sources/remembered-source.ts'
import { SourceGraph } from '../../../../tasks/engine/sources/source-graph.ts'

/** A project in a directory, and what a store would keep of it from run to run. */
export function project(directory: string, files: Readonly<Record<string, string>> = {}) {
  const root = realpathSync(directory)
  let remembered: Record<string, RememberedSource> = {}

  const write = (more: Readonly<Record<string, string>>) => {
    for (const [name, text] of Object.entries(more)) {
      mkdirSync(dirname(join(root, name)), { recursive: true })
      writeFileSync(join(root, name), text)
    }
  }
  write(files)

  /** One run, by default an hour later, when every change is long past. */
  const look = (modules: readonly string[], { now = Date.now() + 3_600_000 } = {}) => {
    const did = { stats: 0, digests: 0, parses: 0 }
    const graph = new SourceGraph({
      engineDirectory: join(root, 'engine'),
      stat: path => {
        did.stats++
        return statSync(path, { throwIfNoEntry: false })
      },
      digest: path => {
        did.digests++
        return createHash('sha256').update(readFileSync(path)).digest('hex')
      },
      remembered: { get: path => remembered[path] },
      now: () => now,
      parse: (path, text) => {
        did.parses++
        return parseModule(path, text)
      },
    })
    const paths = modules.map(name => join(root, name))
    const files = graph.filesOf(paths)
    const identity = graph.identityOf(paths)
    remembered = JSON.parse(JSON.stringify({ ...remembered, ...Object.fromEntries(graph.learned) }))
    return {
      graph,
      files,
      identity,
      did,
      /** `!` marks the missing, `?` those that could not be parsed. */
      names: files.map(
        ({ path, digest, importsUnknown }) =>
          `${digest === undefined ? '!' : importsUnknown ? '?' : ''}${relative(root, path)}`,
      ),
    }
  }
  return { root, write, look }
}
