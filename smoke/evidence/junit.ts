import { visibleLines } from '../../lib/visible.ts'
import type { PhaseRecord } from './events.ts'
import { markupText } from './markup-text.ts'
import type { Finding, Outcome, Summary } from './summary.ts'

type Told = Pick<Summary, 'phases' | 'findings' | 'outcome'> & {
  /** What the harness did itself before the phases and after them. */
  readonly steps: readonly PhaseRecord[]
}

/**
 * The engine's `junit.xml` with a case for each thing that the harness did itself and for each that was found after the phases, and one for a run
 * that was cut off, whose phases may all have passed; all of it where the engine came to write none.
 */
export function completeJunit(written: string, { phases, steps, outcome, ...found }: Told): string {
  const findings = [...found.findings, ...cutOff(outcome)]
  const before = written.trimEnd().endsWith(end)
    ? written
    : `${head}\n<testsuites>\n${suite('phases', phases.map(phaseCase))}${end}\n`
  const own = steps.map(phaseCase)
  const after = findings.map(findingCase)
  const suites = [
    ['the harness itself', own],
    ['after the phases', after],
  ] as const
  const more = suites.flatMap(([name, cases]) => (cases.length === 0 ? [] : [suite(name, cases)]))
  const at = before.lastIndexOf(end)
  return counted(timed(before.slice(0, at), phases), [...own, ...after]) + more.join('') + before.slice(at)
}

function cutOff(outcome: Outcome): Finding[] {
  switch (outcome) {
    case 'passed':
    case 'failed':
      return []
    case 'cancelled':
    case 'killed':
      return [{ phase: 'run', reason: `it was ${outcome} before its end` }]
  }
}

const head = '<?xml version="1.0" encoding="UTF-8"?>'
const end = '</testsuites>'

/** Of a service, what the engine tells is how long it was there. */
const timed = (written: string, phases: readonly PhaseRecord[]): string =>
  phases.reduce((so, record) => {
    const opening = `<testcase name="${text(record.name)}" classname="task" time="`
    const at = so.indexOf(opening)
    if (record.outcome !== 'passed' || at < 0) return so
    const time = at + opening.length
    return `${so.slice(0, time)}${record.ms / 1_000}${so.slice(so.indexOf('"', time))}`
  }, written)

/** What stands above all suites counts those in it. */
const counted = (text: string, more: readonly Case[]): string => {
  const added = { tests: more.length, failures: more.filter(({ kind }) => kind === 'failure').length }
  return text.replace(/<testsuites\b[^>]*>/, tag =>
    tag.replaceAll(
      /\b(tests|failures)="(\d+)"/g,
      (_, name: 'tests' | 'failures', count: string) => `${name}="${Number(count) + added[name]}"`,
    ),
  )
}

type Case = { readonly kind: 'passed' | 'failure' | 'skipped'; readonly text: string }

function suite(name: string, cases: readonly Case[]): string {
  const count = (kind: Case['kind']) => cases.filter(one => one.kind === kind).length
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="0" skipped="${count('skipped')}"`
  return [`  <testsuite name="${name}" ${counts}>\n`, ...cases.map(one => one.text), '  </testsuite>\n'].join(
    '',
  )
}

function phaseCase(record: PhaseRecord): Case {
  const opening = `    <testcase name="${text(record.name)}" classname="smoke"`
  switch (record.outcome) {
    case 'passed':
      return { kind: 'passed', text: `${opening} time="${record.ms / 1_000}"/>\n` }
    case 'waiting':
    case 'skipped':
    case 'ended':
      return { kind: 'skipped', text: `${opening}><skipped/></testcase>\n` }
    case 'running':
      return failed(opening, 'it was at work when the run was cut off')
    case 'failed':
      return failed(opening, record.reason)
  }
}

const findingCase = ({ phase, reason }: Finding): Case =>
  failed(`    <testcase name="${text(phase)}" classname="smoke"`, reason)

const failed = (opening: string, reason: string): Case => ({
  kind: 'failure',
  text: `${opening}><failure message="${text(reason.split('\n', 1)[0] ?? '')}">${text(reason)}</failure></testcase>\n`,
})

const text = (plain: string): string => markupText(visibleLines(plain).join('\n'))
