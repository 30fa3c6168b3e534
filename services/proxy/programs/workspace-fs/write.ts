import { z } from 'zod'
import { type Names, shown } from '../../../../lib/tree/names.ts'
import type { Tree } from '../../../../lib/tree/tree.ts'
import { UserError } from '../../../../lib/user-error.ts'
import { answered, answering } from '../answer.ts'
import { namesOf } from '../names-of.ts'
import type { ProgramStart } from '../run-program.ts'
import { edited } from './edited.ts'
import { FileChanges } from './file-changes.ts'

/** The longest text that one call brings, in characters. */
const longest = 8_388_608

const input = z.strictObject({
  operation: z
    .enum(['write_file', 'append', 'edit', 'make_directory'])
    .default('write_file')
    .describe(
      'write_file: all of it; append: behind what it has; edit: old_text becomes new_text; make_directory',
    ),
  path: z
    .string()
    .min(1)
    .describe('relative to the workspace; directories that are missing on the way are made'),
  content: z.string().max(longest).optional().describe('for write_file and append'),
  old_text: z
    .string()
    .min(1)
    .max(longest)
    .optional()
    .describe('for edit: what stands there, once in the file'),
  new_text: z.string().max(longest).optional().describe('for edit: what takes its place'),
  all: z.boolean().default(false).describe('for edit: wherever it stands'),
  only_new: z.boolean().default(false).describe('for write_file: not where a file is there already'),
})
type Input = z.output<typeof input>

/** The tool that writes files: whole or not at all. */
export async function declareWrite({ server, workspace }: ProgramStart): Promise<void> {
  const changes = new FileChanges(workspace)
  await changes.removeLeft()
  server.registerTool(
    'write',
    {
      title: 'Write a file',
      description:
        'Writes, appends to or edits a file of the workspace, or makes a directory. A reader sees the old file or the new one, never a part.',
      inputSchema: input,
      annotations: {
        readOnlyHint: false,
        destructiveHint: true,
        idempotentHint: false,
        openWorldHint: false,
      },
    },
    (asked, { signal }) => answering(signal, async () => answered(await written(workspace, changes, asked))),
  )
}

async function written(workspace: Tree, changes: FileChanges, asked: Input): Promise<string> {
  const names = namesOf(asked.path, workspace.path)
  const path = shown(names) || '.'
  switch (asked.operation) {
    case 'make_directory': {
      await using _ = await workspace.directory(names, { make: true })
      return `${path} is a directory`
    }
    case 'write_file': {
      const content = Buffer.from(needed(asked, 'content'))
      const { created } = await changes.change(
        names,
        before => {
          if (before !== undefined && asked.only_new)
            throw new UserError(`${path} is there already`, { fix: 'leave only_new out to replace it' })
          return content
        },
        { make: true },
      )
      return `${created ? 'created' : 'replaced'} ${path}: ${content.length} bytes`
    }
    case 'append': {
      const more = Buffer.from(needed(asked, 'content'))
      const { bytes } = await changes.change(
        names,
        (before = Buffer.alloc(0)) => Buffer.concat([before, more]),
        { make: true },
      )
      return `appended ${more.length} bytes to ${path}, which has ${bytes} now`
    }
    case 'edit':
      return await edit(names, changes, asked)
  }
}

async function edit(names: Names, changes: FileChanges, asked: Input): Promise<string> {
  const [old, now] = [needed(asked, 'old_text'), needed(asked, 'new_text')]
  const path = shown(names)
  let places = 0
  const change = (before: Buffer | undefined) => {
    if (before === undefined) throw new UserError(`there is no ${path}`, { fix: 'write it with write_file' })
    const result = edited(before, Buffer.from(old), Buffer.from(now), asked.all)
    if ('fault' in result) throw new UserError(`${path}: ${result.fault}`, { fix: result.fix })
    places = result.places
    return result.content
  }
  await changes.change(names, change, { make: false })
  return `edited ${path} in ${places} ${places === 1 ? 'place' : 'places'}`
}

function needed(asked: Input, key: 'content' | 'old_text' | 'new_text'): string {
  const value = asked[key]
  if (value === undefined) throw new UserError(`${asked.operation} needs ${key}`)
  return value
}
