import { unifiedDiff } from '../../../lib/unified-diff.ts'
import { UserError } from '../../../lib/user-error.ts'
import type { CommandRun, Envelope, FileUpdate } from '../envelope.ts'

export type Details = Readonly<Record<string, unknown>>

/** What an operation has done so far: told also where it fails in the end. */
export class Report {
  readonly files: FileUpdate[] = []
  readonly runs: CommandRun[] = []
  readonly warnings: string[] = []
  readonly errors: string[] = []

  /** How it went, once it is over. */
  envelope(details: Details): Envelope<Details> {
    return {
      ...{ status: this.errors.length === 0 ? 'ok' : 'error', details },
      ...{ files_updated: this.files, commands_run: this.runs },
      ...{ warnings: this.warnings, errors: this.errors },
    }
  }
}

/** Does something. It does not reject for what a user could have done better: the envelope tells that. */
export async function performing(work: (report: Report) => Promise<Details>): Promise<Envelope<Details>> {
  const report = new Report()
  try {
    return report.envelope(await work(report))
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    report.errors.push(error.toText())
    return report.envelope({})
  }
}

/** What nobody would read. In characters. */
const longestDiff = 200_000

/** `after`: undefined where the file is removed. */
export function fileUpdate(
  path: string,
  before: string | undefined,
  after: string | undefined,
  dryRun: boolean,
): FileUpdate {
  const diff = unifiedDiff(path, before, after ?? '')
  const shown =
    diff.length > longestDiff
      ? `${diff.slice(0, longestDiff)}\n[cut: it has ${diff.length} characters]\n`
      : diff
  return { path, changed: before !== after, dry_run: dryRun, diff: shown }
}
