import { readlink } from 'node:fs/promises'
import { z } from 'zod'
import { type Names, split } from '../../../../lib/tree/names.ts'
import { openFileAt, type Tree } from '../../../../lib/tree/tree.ts'
import { TreeError } from '../../../../lib/tree/tree-error.ts'
import { which } from '../../../../lib/which.ts'
import { answered, answering } from '../answer.ts'
import { namesOf } from '../names-of.ts'
import type { ProgramStart } from '../run-program.ts'
import { globFilter } from './glob-filter.ts'
import { ownEngine } from './own-engine.ts'
import { ripgrepEngine } from './ripgrep-engine.ts'
import type { Engine } from './search.ts'
import { shownMatches } from './shown-matches.ts'

/** The longest answer, in characters, and how many searches there are at a time. */
const longest = 131_072
const mostAtOnce = 4

const input = z.strictObject({
  pattern: z
    .string()
    .min(1)
    .max(4_096)
    .regex(/^[^\n\0]*$/)
    .describe('a regular expression, tried on each line by itself'),
  text: z.boolean().default(false).describe('the pattern is a text as it stands, no regular expression'),
  ignore_case: z.boolean().default(false),
  path: z.string().default('.').describe('the directory or file to search, relative to the workspace'),
  glob: z.string().max(1_024).optional().describe('only files like this: "*.ts", "src/**"'),
  context: z.int().min(0).max(20).default(0).describe('how many lines around each match to show'),
  limit: z.int().min(1).max(1_000).default(100).describe('the most matches'),
  seconds: z.number().min(0.1).max(60).default(20).describe('how long it may take'),
})
type Input = z.output<typeof input>

/** The tool that finds lines in files. */
export function declareGrep(start: ProgramStart): void {
  const engine = which('rg', process.env.PATH ?? '') !== undefined ? ripgrepEngine : ownEngine
  let running = 0
  start.server.registerTool(
    'grep',
    {
      title: 'Search in files',
      description:
        'Finds lines in the files of the workspace, and tells them as PATH:LINE:TEXT. What git ignores, binary files and those above 10 MB are left out.',
      inputSchema: input,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    (asked, { signal }) =>
      answering(signal, async () => {
        if (running === mostAtOnce)
          throw new TreeError('BUSY', `${mostAtOnce} searches are under way, all that may be: wait for some`)
        running += 1
        try {
          return answered(...(await search(start, engine, asked, signal)))
        } finally {
          running -= 1
        }
      }),
  )
}

async function search(
  { workspace }: ProgramStart,
  engine: Engine,
  asked: Input,
  aborted: AbortSignal,
): Promise<string[]> {
  const isWanted = globFilter(asked.glob)
  const names = await placed(workspace, namesOf(asked.path, workspace.path))
  const enough = new AbortController()
  const late = AbortSignal.timeout(asked.seconds * 1_000)
  const found = engine({
    ...{ pattern: asked.pattern, isText: asked.text, ignoreCase: asked.ignore_case },
    ...{ names, tree: workspace, mostOfOne: asked.limit + 1 },
    signal: AbortSignal.any([enough.signal, late, aborted]),
  })
  const lines: string[] = []
  let [count, characters] = [0, 0]
  let isMore = false
  for await (const one of found) {
    if (!isWanted(one.names)) continue
    const left = asked.limit - count
    const shown = await shownMatches(workspace, one, { context: asked.context, most: left + 1 })
    const kept =
      shown.count > left ? await shownMatches(workspace, one, { context: asked.context, most: left }) : shown
    for (const line of kept.lines) {
      characters += line.length + 1
      if (characters > longest) isMore = true
      else lines.push(line)
    }
    count += kept.count
    isMore ||= shown.count > left
    if (isMore) break
  }
  enough.abort()
  aborted.throwIfAborted()
  const notes = [
    ...(isMore
      ? [`(there is more: narrow the search with path, glob or pattern, or give a higher limit)`]
      : []),
    ...(late.aborted && !isMore
      ? [
          `(not all was searched within ${asked.seconds} s: narrow it with path or glob, simplify the pattern, or give more seconds)`,
        ]
      : []),
  ]
  return [lines.length === 0 ? '(nothing was found)' : lines.join('\n'), ...notes]
}

/**
 * Where a path really leads, links gone along. A place outside, closed or missing is told as that, not as one where nothing was
 * found.
 */
async function placed(workspace: Tree, names: Names): Promise<Names> {
  await using place = await workspace.resolve(names, { followLast: true })
  if (place.name !== undefined) await (await openFileAt(place.directory, place.name)).close()
  const directory = await readlink(`/proc/self/fd/${place.directory.fd}`, { encoding: 'buffer' })
  const inside = split(directory).slice(split(Buffer.from(workspace.path)).length)
  return place.name === undefined ? inside : [...inside, place.name]
}
