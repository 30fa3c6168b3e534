import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { readPlainFile } from '../../lib/plain-file.ts'
import { masked } from '../agents/masked.ts'
import { firstToken } from '../sandbox/first-token.ts'
import { withoutCredentials } from '../sandbox/secrets.ts'
import type { Places } from '../workspace/places.ts'
import { collect, coverKept, evidenceFiles } from './collect.ts'
import { phaseRecords } from './events.ts'
import { completeJunit } from './junit.ts'
import { keptNames } from './kept-names.ts'
import { reportPage } from './report.ts'
import { type Finding, type Stopped, type Summary, summaryOf } from './summary.ts'

type Ending = {
  readonly run: string
  readonly places: Places
  readonly evidence: string
  /** Checkout, or address of git. */
  readonly source: string
  readonly revision: string | undefined
  readonly kept: boolean
  readonly started: Date
  readonly ended: Date
  readonly stopped: Stopped
  readonly findings: readonly Finding[]
  readonly secrets: readonly string[]
  readonly log: (line: string) => void
}

/** Writes what is to be known of a run that is over, however it ended, while its workspace is still there. */
export async function conclude({ places, evidence, log, ...run }: Ending): Promise<Summary> {
  const token = firstToken(places)
  const secrets = token === undefined ? run.secrets : [...run.secrets, token]
  const { faults, copies } = await collect(places, evidence, { since: run.started.getTime(), secrets })
  for (const fault of faults) log(`not kept among the evidence: ${fault}`)
  await coverKept(evidence, secrets)
  const named = run.kept ? (text: string) => text : keptNames(places, copies)
  const records = await recordsIn(evidence)
  const isTold = records.some(({ outcome }) => outcome === 'failed')
  const findings = run.findings
    .filter(({ phase }) => phase !== 'phases' || !isTold)
    .map(one => ({ ...one, reason: named(masked(one.reason, secrets)) }))
  for (const { phase, reason } of findings) log(`found after the phases: ${phase}: ${reason}`)
  const summary = summaryOf({
    ...{ run: run.run, findings, kept: run.kept, stopped: run.stopped, workspace: places.workspace },
    source: withoutCredentials(run.source),
    revision: testedIn(places) ?? run.revision ?? null,
    started_at: run.started.toISOString(),
    duration_ms: run.ended.getTime() - run.started.getTime(),
    phases: records.map(record =>
      record.outcome === 'failed' ? { ...record, reason: named(record.reason) } : record,
    ),
  })
  await completeJunit(join(evidence, 'junit.xml'), summary)
  await writeAtomically(join(evidence, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`)
  await writeAtomically(join(evidence, 'report.html'), reportPage(summary, await evidenceFiles(evidence)))
  return summary
}

/** How far the phases have come, by what the engine has told so far. */
export async function recordsIn(evidence: string) {
  const text = await readFile(join(evidence, 'events.ndjson'), 'utf8').catch(() => '')
  return phaseRecords(text)
}

/** The commit that the clone is at: not the one that was asked for, where a clone that is outdated was used as it is. */
function testedIn({ clone }: Places): string | undefined {
  const [commit] = /^[\da-f]{40,64}$/m.exec(String(readPlainFile(join(clone, '.git', 'HEAD'), 200))) ?? []
  return commit
}
