import { type FileHandle, lstat, readlink } from 'node:fs/promises'
import { z } from 'zod'
import { errorCode } from '../../../../lib/error-code.ts'
import { type Names, shown } from '../../../../lib/tree/names.ts'
import { readNames } from '../../../../lib/tree/read-names.ts'
import { at, openDirectoryAt } from '../../../../lib/tree/tree.ts'
import { TreeError } from '../../../../lib/tree/tree-error.ts'
import { answered, answering } from '../answer.ts'
import { isClosed } from '../closed-names.ts'
import { namesOf } from '../names-of.ts'
import type { ProgramStart } from '../run-program.ts'

/** More than this of one directory are not looked at. */
const mostInOne = 100_000
/** The longest answer, in characters. */
const longest = 262_144

const input = z.strictObject({
  path: z.string().default('.').describe('a directory, relative to the workspace'),
  depth: z.int().min(1).max(20).default(1).describe('how deep to go; 1: what is in it alone'),
  limit: z.int().min(1).max(5_000).default(500).describe('the most entries'),
  after: z
    .string()
    .optional()
    .describe('only what comes after this path, with which the answer before ended'),
})
type Input = z.output<typeof input>

/** The tool that lists directories. */
export function declareList({ server, workspace }: ProgramStart): void {
  server.registerTool(
    'list',
    {
      title: 'List a directory',
      description:
        "Lists what is in a directory of the workspace, one path a line, in order: directories with a slash behind them, files with their bytes, links with where they lead. Hidden files are listed, what is git's own is not.",
      inputSchema: input,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    (asked, { signal }) =>
      answering(signal, async () => {
        const names = namesOf(asked.path, workspace.path)
        await using opened = await workspace.directory(names)
        const lines: string[] = []
        let last = ''
        let isFull = false
        let characters = 0
        for await (const { path, line } of entriesOf(opened.handle, names, { ...asked, signal })) {
          characters += line.length + 1
          if (lines.length === asked.limit || characters > longest) {
            isFull = true
            break
          }
          lines.push(line)
          last = path
        }
        if (lines.length === 0)
          return answered(asked.after === undefined ? '(it is empty)' : '(there is no more)')
        return answered(
          lines.join('\n'),
          isFull ? `(there is more; go on with after ${JSON.stringify(last)})` : '',
        )
      }),
  )
}

type Walk = Pick<Input, 'depth' | 'after'> & { readonly signal: AbortSignal }
type Entry = { readonly path: string; readonly line: string }

async function* entriesOf(
  directory: FileHandle,
  above: Names,
  { depth, after, signal }: Walk,
): AsyncGenerator<Entry> {
  const behind = after === undefined ? [] : after.split('/').map(name => Buffer.from(name))
  const found: { name: Buffer; isDirectory: boolean }[] = []
  for await (const one of readNames(directory)) {
    if (found.length === mostInOne)
      throw new TreeError(
        'BUSY',
        `${shown(above) || '.'} has more than ${mostInOne} entries, too many to be listed`,
      )
    if (!isClosed(one.name)) found.push(one)
  }
  for (const { name, isDirectory } of found.sort((a, b) => a.name.compare(b.name))) {
    signal.throwIfAborted()
    const names = [...above, name]
    const order = comparedWith(names, behind)
    if (order > 0) {
      const path = shown(names)
      const line = await lineOf(directory, name, path)
      if (line !== undefined) yield { path, line }
    }
    // What is below the place where the last answer ended is part of the rest.
    if (!isDirectory || depth === 1 || (order < 0 && !isAbove(names, behind))) continue
    const inner = await openDirectoryAt(directory, name).catch(error => {
      // Gone, or a link by now; or nothing of ours.
      if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES'].includes(errorCode(error) ?? '')) return undefined
      throw error
    })
    if (inner === undefined) continue
    await using opened = inner
    yield* entriesOf(opened, names, { depth: depth - 1, after, signal })
  }
}

async function lineOf(directory: FileHandle, name: Buffer, path: string): Promise<string | undefined> {
  const stats = await lstat(at(directory, name)).catch(() => undefined)
  if (stats === undefined) return undefined
  if (stats.isDirectory()) return `${path}/`
  if (stats.isFile()) return `${path}\t${stats.size}`
  if (!stats.isSymbolicLink()) return `${path}\t(no file)`
  return `${path} -> ${await readlink(at(directory, name)).catch(() => '?')}`
}

/** In the order in which they are listed: a directory before what is in it. */
function comparedWith(names: Names, others: Names): number {
  for (const [place, name] of names.entries()) {
    const other = others[place]
    if (other === undefined) return 1
    const order = name.compare(other)
    if (order !== 0) return order
  }
  return names.length - others.length
}

const isAbove = (names: Names, others: Names): boolean =>
  names.length < others.length && names.every((name, place) => others[place]?.equals(name) === true)
