import { visibleLines } from '../../../../lib/visible.ts'
import type { Envelope } from '../../../manager/envelope.ts'
import { type OperationName, performOperation } from '../../../manager/operations/operations.ts'
import type { Place } from '../../../manager/operations/place.ts'
import type { Details } from '../../../manager/operations/report.ts'
import { CliError } from '../../cli-error.ts'
import { exitCodes } from '../../exit-codes.ts'
import { type Io, write } from '../../io.ts'
import { startProgress } from '../../progress.ts'
import { requireClone } from '../clone-configuration.ts'

export type ManageFlags = { readonly json?: true; readonly dryRun?: true }

type Told = {
  /** What people are told where it went well. */
  readonly text: (envelope: Envelope<Details>) => string
}

/** These ask nobody. */
const isQuick = (operation: OperationName): boolean =>
  operation === 'list_discovered_servers' || operation === 'refresh_discovery'

type Asked = Told & {
  readonly operation: OperationName
  readonly params: Readonly<Record<string, unknown>>
}

/** Has the manager do something in the clone that one stands in, and tells it. */
export const manage = (io: Io, flags: ManageFlags, { operation, params, text }: Asked): Promise<number> =>
  managed(io, flags, {
    work: place => performOperation(operation, params, place),
    text,
    ...(isQuick(operation) ? {} : { progress: `${operation.replaceAll('_', ' ')} …` }),
  })

type Managed = Told & {
  readonly work: (place: Place) => Promise<Envelope<Details>>
  /** What a terminal is told meanwhile, where it takes its time. */
  readonly progress?: string
}

/**
 * Does something in the clone that one stands in. With --json the whole answer is printed, whatever became of it; otherwise the
 * outcome, or under a dry run what would change. Answers with the exit code.
 */
export async function managed(
  io: Io,
  { json, dryRun }: ManageFlags,
  { work, text, progress }: Managed,
): Promise<number> {
  const { signal, environment } = io
  const root = await requireClone(io)
  const place = { root, environment, signal, now: io.now }
  const envelope = await (async () => {
    using _ = startProgress(io, progress ?? '', json === true || progress === undefined)
    return await work(place)
  })()
  const hasFailed = envelope.status === 'error'
  if (json) {
    await write(io.stdout, `${JSON.stringify(envelope)}\n`, signal)
    return hasFailed ? exitCodes.failure : exitCodes.success
  }
  const shown = (lines: readonly string[]) => lines.flatMap(visibleLines)
  for (const line of shown(envelope.warnings)) await write(io.stderr, `warning: ${line}\n`, signal)
  if (hasFailed) throw new CliError('not_managed', exitCodes.failure, shown(envelope.errors).join('\n'))
  const diffs = shown(envelope.files_updated.map(({ diff }) => diff)).filter(line => line !== '')
  const told = dryRun === true ? diffs.map(line => `${line}\n`).join('') : ''
  await write(io.stdout, told === '' ? text(envelope) : told, signal)
  return exitCodes.success
}
