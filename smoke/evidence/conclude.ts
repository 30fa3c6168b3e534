import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { monotonicMs } from '../../lib/monotonic.ts'
import { readPlainFile } from '../../lib/plain-file.ts'
import { masked } from '../agents/masked.ts'
import { firstToken } from '../sandbox/first-token.ts'
import { withoutCredentials } from '../sandbox/secrets.ts'
import { type StepRecord, stepsAfter } from '../steps.ts'
import type { Places } from '../workspace/places.ts'
import { collect, coverKept, evidenceFiles } from './collect.ts'
import { type PhaseRecord, phaseRecords } from './events.ts'
import { completeJunit } from './junit.ts'
import { keptNames } from './kept-names.ts'
import { reportPage } from './report.ts'
import { type Finding, type Stopped, type Summary, summaryOf } from './summary.ts'
import { traceWith } from './trace.ts'

type Ending = {
  readonly run: string
  readonly places: Places
  readonly evidence: string
  /** Who did the stages, in words. */
  readonly agent: string
  /** Checkout, or address of git. */
  readonly source: string
  readonly revision: string | undefined
  readonly kept: boolean
  readonly started: Date
  readonly ended: Date
  readonly stopped: Stopped
  readonly findings: readonly Finding[]
  /** What the harness had done itself before the phases. */
  readonly before: readonly StepRecord[]
  readonly secrets: readonly string[]
  /** False where it is not known what is secret in what services have written. */
  readonly services?: boolean
  readonly log: (line: string) => void
}

/** What was written, and how the rest is added that is done afterwards. */
type Concluded = {
  readonly summary: Summary
  /** Writes all of it again, with what was done since. */
  readonly rest: (steps: readonly StepRecord[], ended: Date) => Promise<Summary>
}

/**
 * Writes what is to be known of a run that is over, however it ended, while its workspace is still there: who comes next may have to remove that,
 * and has to know that nothing is left to be told.
 */
export async function conclude({ places, evidence, log, ...run }: Ending): Promise<Concluded> {
  const begun = monotonicMs()
  const token = firstToken(places)
  const secrets = token === undefined ? run.secrets : [...run.secrets, token]
  const { faults, copies } = await collect(places, evidence, {
    ...{ since: run.started.getTime(), secrets, services: run.services ?? true },
  })
  for (const fault of faults) log(`not kept among the evidence: ${fault}`)
  await coverKept(evidence, secrets)
  const named = run.kept ? (text: string) => text : keptNames(places, copies)
  const shown = (text: string) => named(masked(text, secrets))
  const records = await recordsIn(evidence)
  const isTold = records.some(({ outcome }) => outcome === 'failed')
  const findings = run.findings
    .filter(({ phase }) => phase !== 'phases' || !isTold)
    .map(one => ({ ...one, reason: shown(one.reason) }))
  for (const { phase, reason } of findings) log(`found after the phases: ${phase}: ${reason}`)
  const phases = records.map(record =>
    record.outcome === 'failed' ? { ...record, reason: named(record.reason) } : record,
  )
  const revision = testedIn(places) ?? run.revision ?? null
  const [junit, trace] = await Promise.all(
    ['junit.xml', 'trace.json'].map(name => readFile(join(evidence, name), 'utf8').catch(() => '')),
  )
  const kept: StepRecord = {
    ...{ name: 'evidence', describe: stepsAfter.evidence, outcome: 'passed', at: run.ended.getTime() },
    ms: Math.round(monotonicMs() - begun),
  }
  const covered = (step: StepRecord) =>
    step.outcome === 'failed' ? { ...step, reason: shown(step.reason) } : step
  const before = run.before.map(covered)
  const write = async (since: readonly StepRecord[], ended: Date): Promise<Summary> => {
    const after = [kept, ...since].map(covered)
    const summary = summaryOf({
      ...{ run: run.run, findings, kept: run.kept, stopped: run.stopped, workspace: places.workspace },
      agent: run.agent,
      ...{ source: withoutCredentials(run.source), revision, started_at: run.started.toISOString() },
      duration_ms: ended.getTime() - run.started.getTime(),
      ...{ before: before.map(toldStep), phases, after: after.map(toldStep) },
    })
    const steps = [...before, ...after]
    const whole = traceWith(trace ?? '', steps)
    const put = (name: string, text: string) => writeAtomically(join(evidence, name), text)
    if (whole !== undefined) await put('trace.json', whole)
    await put('junit.xml', completeJunit(junit ?? '', { ...summary, phases, steps }))
    await put('summary.json', `${JSON.stringify(summary, null, 2)}\n`)
    await put('report.html', reportPage(summary, await evidenceFiles(evidence)))
    return summary
  }
  return { summary: await write([], run.ended), rest: write }
}

const toldStep = ({ at: _, ...record }: StepRecord): PhaseRecord => record

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
