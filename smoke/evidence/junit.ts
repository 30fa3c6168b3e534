import { readFile } from 'node:fs/promises'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { visibleLines } from '../../lib/visible.ts'
import type { PhaseRecord } from './events.ts'
import { markupText } from './markup-text.ts'
import type { Finding, Outcome, Summary } from './summary.ts'

/**
 * Adds to the engine's `junit.xml` a case for each thing that was found after the phases, and for a run that was cut off, whose phases
 * may all have passed; writes one where the engine came to write none.
 */
export async function completeJunit(
  file: string,
  { phases, outcome, ...found }: Pick<Summary, 'phases' | 'findings' | 'outcome'>,
): Promise<void> {
  const findings = [...found.findings, ...cutOff(outcome)]
  const written = await readFile(file, 'utf8').catch(() => '')
  const isWhole = written.trimEnd().endsWith(end)
  if (isWhole && findings.length === 0) return
  const before = isWhole
    ? written
    : `${head}\n<testsuites>\n${suite('phases', phases.map(phaseCase))}${end}\n`
  const after = findings.length === 0 ? '' : suite('after the phases', findings.map(findingCase))
  const at = before.lastIndexOf(end)
  await writeAtomically(file, counted(before.slice(0, at), findings.length) + after + before.slice(at))
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

/** What stands above all suites counts those in it. */
const counted = (text: string, more: number): string =>
  text.replace(/<testsuites\b[^>]*>/, tag =>
    tag.replaceAll(
      /\b(tests|failures)="(\d+)"/g,
      (_, name: string, count: string) => `${name}="${Number(count) + more}"`,
    ),
  )

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
