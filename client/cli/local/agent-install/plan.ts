import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { visible } from '../../../../lib/visible.ts'
import { CliError } from '../../cli-error.ts'
import { exitCodes } from '../../exit-codes.ts'
import { placeBlock } from './block.ts'
import { fileIn } from './place.ts'
import { scaffold } from './scaffold.ts'

/** What becomes of one file. */
export type Change = {
  /** Relative to the directory. */
  readonly name: string
  readonly change: 'created' | 'updated' | 'unchanged'
  /** Where it is written, with what mode; undefined where nothing is. */
  readonly write:
    | {
        readonly path: string
        readonly mode: number
        readonly before: Buffer | undefined
        readonly after: Buffer
      }
    | undefined
}

/** Everything that an installation would do; nothing has been written yet. Throws where a file cannot be judged. */
export async function planInstallation(directory: string, body: string, force: boolean): Promise<Change[]> {
  const changes: Change[] = []
  const known = new Set<string>()
  for (const name of ['AGENTS.md', 'CLAUDE.md']) {
    const present = await fileIn(directory, name)
    // The other file is for those who have it; it is often a link to the first.
    if (present === undefined && name !== 'AGENTS.md') continue
    if (present !== undefined && known.has(present.path)) continue
    if (present !== undefined) known.add(present.path)
    changes.push(withBlock(name, directory, present, body, force))
  }
  for (const [name, content] of scaffold) {
    const write = { path: join(directory, name), mode: 0o644, before: undefined, after: Buffer.from(content) }
    if (await isMissing(directory, name)) changes.push({ name, change: 'created', write })
    else changes.push({ name, change: 'unchanged', write: undefined })
  }
  return changes
}

/** A directory that is there needs nothing to keep it. */
const isMissing = async (directory: string, name: string): Promise<boolean> =>
  (await fileIn(directory, name)) === undefined &&
  (basename(name) !== '.gitkeep' || !existsSync(join(directory, dirname(name))))

function withBlock(
  name: string,
  directory: string,
  present: Awaited<ReturnType<typeof fileIn>>,
  body: string,
  force: boolean,
): Change {
  const { path = join(directory, name), content = Buffer.alloc(0), mode = 0o644 } = present ?? {}
  if (content.includes(0))
    throw new CliError('not_text', exitCodes.failure, `${visible(path)}: it is no text in UTF-8`)
  const placed = placeBlock(content.toString('latin1'), body, force)
  switch (placed.kind) {
    case 'unchanged':
      return { name, change: 'unchanged', write: undefined }
    case 'edited':
      throw new CliError('block_edited', exitCodes.failure, `${visible(path)}: its block was edited`, {
        fix: 'say --force to have it written anew, which loses what was changed in it',
      })
    case 'damaged':
      throw new CliError(
        'damaged_block',
        exitCodes.failure,
        `${visible(path)}: of the block of Debug Server ${placed.reason}`,
        { fix: placed.fix },
      )
    case 'placed': {
      // Its directory would let it be replaced all the same.
      if ((mode & 0o222) === 0)
        throw new CliError('read_only', exitCodes.failure, `${visible(path)}: it is read-only`, {
          fix: 'make it writable first',
        })
      const after = Buffer.from(placed.text, 'latin1')
      const change = present === undefined ? 'created' : 'updated'
      return { name, change, write: { path, mode, before: present?.content, after } }
    }
  }
}
