import { readConfiguration } from '../../../config/configuration.ts'
import { applyReset, type LocalChange, planReset } from '../../../config/local-files.ts'
import { placeText } from '../../../config/place.ts'
import { CliError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Io, write } from '../io.ts'
import { requireClone } from './clone-configuration.ts'
import { confirm } from './confirm.ts'

type Flags = { readonly json?: true; readonly yes?: true }

/** Takes keys, sections or everything out of the clone's local files, and tells what still sets them elsewhere. */
export async function resetConfig(io: Io, names: readonly string[], { json, yes }: Flags): Promise<void> {
  const root = await requireClone(io)
  const changes = planReset(root, names)
  const removed = changes.flatMap(change => change.removed)
  if (changes.length > 0) {
    if (yes !== true && !(await confirm(io, question(changes))))
      throw new CliError('declined', exitCodes.failure, 'nothing was changed')
    await applyReset(root, changes)
  }
  if (json) return await write(io.stdout, `${JSON.stringify({ removed })}\n`, io.signal)
  const text = removed.length === 0 ? 'nothing to reset\n' : removed.map(key => `reset ${key}\n`).join('')
  await write(io.stdout, text, io.signal)
  for (const key of removed.length === 0 ? names : removed) {
    const set = readConfiguration(root, io.environment).set.get(key)
    if (set !== undefined && set.by !== 'shipped')
      await write(io.stderr, `${key} is still set by ${placeText(set.place())}\n`, io.signal)
  }
}

const question = (changes: readonly LocalChange[]): string =>
  changes.map(({ name, removed }) => `Remove ${removed.join(', ')} from ${name}?`).join(' ')
