import { chmod, mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type ConnectionFlags, loadSettings } from '../../../../config/client/load.ts'
import { writeAtomically } from '../../../../lib/atomic-file.ts'
import { parseBaseUrl } from '../../../../lib/base-url.ts'
import { fileReason } from '../../../../lib/file-reason.ts'
import { unifiedDiff } from '../../../../lib/unified-diff.ts'
import { visible } from '../../../../lib/visible.ts'
import { CliError, usageError } from '../../cli-error.ts'
import { exitCodes } from '../../exit-codes.ts'
import { type Io, write } from '../../io.ts'
import { looksLikeMark } from './block.ts'
import { blockText, type Told } from './block-text.ts'
import { directoryAt } from './place.ts'
import { type Change, planInstallation } from './plan.ts'

export type InstallFlags = ConnectionFlags & {
  readonly json?: true
  readonly force?: true
  readonly dryRun?: true
  readonly sectionHeading: string
}

/**
 * Tells the agents of another repository of the Debug Server that is configured here. Planned first, as a whole: where one
 * file cannot be judged, none is written.
 */
export async function installForAgents(io: Io, path: string, flags: InstallFlags): Promise<void> {
  const body = blockText(await toldOf(io, flags))
  const directory = await directoryAt(resolve(io.directory, path))
  const changes = await planInstallation(directory, body, flags.force === true)
  if (flags.dryRun !== true) for (const change of changes) await apply(change)
  await write(io.stdout, flags.json === true ? jsonOf(directory, changes) : textOf(changes, flags), io.signal)
}

/** What of the settings is told. Never the token; an address that holds one is not even repeated in the refusal. */
async function toldOf(io: Io, flags: InstallFlags): Promise<Told> {
  const { sectionHeading: heading } = flags
  if (!/\S/.test(heading) || heading.length > 120 || visible(heading) !== heading || looksLikeMark(heading))
    throw usageError(
      `--section-heading "${visible(heading)}": expected one line of at most 120 characters`,
      'such as "Debug Server"',
    )
  const { baseUrl, ca, insecure } = await loadSettings(io, flags)
  if (baseUrl === undefined)
    throw new CliError('not_configured', exitCodes.notAuthorised, 'no server configured', {
      fix: 'keep one with "debug-server configure --base-url URL --token TOKEN", or name it with --base-url',
    })
  const address = parseBaseUrl(baseUrl.value)
  if (!address.ok) throw usageError(`the address of the server: ${address.reason}`)
  if (ca !== undefined && (visible(ca.value) !== ca.value || looksLikeMark(ca.value)))
    throw usageError(`--ca "${visible(ca.value)}": this path cannot be written into a text`)
  return { heading, baseUrl: address.url, ca: ca?.value, insecure: insecure?.value === true }
}

async function apply({ write: wanted }: Change): Promise<void> {
  if (wanted === undefined) return
  const { path, mode, after, before } = wanted
  try {
    // As everything else in the repository: not for this user alone.
    await mkdir(dirname(path), { recursive: true })
    await writeAtomically(path, after, { mode })
    // What is made anew has the mode that this user's files have; what was there keeps its own.
    if (before !== undefined && ((await stat(path)).mode & 0o777) !== mode) await chmod(path, mode)
  } catch (error) {
    throw new CliError(
      'not_writable',
      exitCodes.failure,
      `${visible(path)} cannot be written: ${fileReason(error)}`,
    )
  }
}

const jsonOf = (directory: string, changes: readonly Change[]): string =>
  `${JSON.stringify({ directory, files: changes.map(({ name, change }) => ({ name, change })) })}\n`

function textOf(changes: readonly Change[], { dryRun }: InstallFlags): string {
  if (dryRun === true)
    return changes
      .flatMap(({ name, write }) =>
        write === undefined
          ? []
          : [unifiedDiff(name, write.before?.toString('utf8'), write.after.toString('utf8'))],
      )
      .join('')
  const done = changes.filter(({ write }) => write !== undefined)
  return done.length === 0
    ? 'nothing to change\n'
    : done.map(({ name, change }) => `${change} ${name}\n`).join('')
}
