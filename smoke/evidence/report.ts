import { basename, dirname } from 'node:path'
import type { PhaseRecord } from './events.ts'
import { fileNameOf } from './file-name.ts'
import { markupText as text } from './markup-text.ts'
import type { Summary } from './summary.ts'

/** One page that needs nothing else: what was tried, how each phase went, and which files tell more. */
export function reportPage(summary: Summary, files: readonly string[]): string {
  const { outcome, run, source, revision, failed, phases, findings, duration_ms, started_at } = summary
  const longest = Math.max(1, ...phases.map(phase => ('ms' in phase ? phase.ms : 0)))
  const rows = phases.map(phase => {
    const ms = 'ms' in phase ? phase.ms : undefined
    const width = ms === undefined ? 0 : Math.round((ms / longest) * 100)
    const time = ms === undefined ? '' : secondsText(ms)
    return `<tr class="${phase.outcome}"><td>${phaseLinks(phase, files)}</td><td>${phase.outcome}</td><td>${time}</td><td><i style="width:${width}%"></i></td><td>${text(phase.describe)}</td></tr>`
  })
  const why =
    failed === null
      ? ''
      : `<h2>${text(failed.phase)}${outcome === 'failed' ? ' failed' : `: ${outcome}`}</h2>\n<pre>${text(failed.reason)}</pre>\n`
  const also = findings
    .filter(({ reason }) => reason !== failed?.reason)
    .map(({ phase, reason }) => `<h2>After the phases: ${text(phase)}</h2>\n<pre>${text(reason)}</pre>\n`)
  const facts = [
    ['source', `${source} at ${revision ?? 'HEAD'}`],
    ['agent', summary.agent],
    ['begun', `${started_at}, for ${secondsText(duration_ms)}`],
    ['workspace', `${summary.workspace}${isRemoved(summary) ? ', removed' : ''}`],
  ] as const
  const inTable = new Set(phases.flatMap(phase => filesOf(phase, files)))
  const others = Map.groupBy(
    files.filter(file => !inTable.has(file)),
    file => dirname(file),
  )
  const lists = [...others].map(
    ([directory, named]) =>
      `${directory === '.' ? '' : `<h3>${text(directory)}</h3>\n`}<ul>\n${named.map(file => `<li>${link(file, basename(file))}</li>`).join('\n')}\n</ul>`,
  )
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Smoke ${text(run)}: ${outcome}</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem }
dt { opacity: .7 }
dd { margin: 0; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100% }
td { padding: .2rem .6rem; border-bottom: 1px solid #8884; vertical-align: middle }
td:nth-child(1), td:nth-child(3) { white-space: nowrap }
td:nth-child(3) { text-align: right }
td:nth-child(4) { width: 20% }
td i { display: block; height: .6rem; background: #48c }
.failed td:nth-child(2) { color: #c22; font-weight: bold }
.skipped, .waiting { opacity: .6 }
pre { overflow: auto; padding: .8rem; background: #8882 }
ul { columns: 18rem; padding-left: 1.2rem }
</style>
<h1>Smoke ${text(run)}: ${outcome}</h1>
<dl>
${facts.map(([name, fact]) => `<dt>${name}<dd>${text(fact)}`).join('\n')}
</dl>
${why}${also.join('')}<table>
${rows.join('\n')}
</table>
<h2>Evidence</h2>
${lists.join('\n')}
</html>
`
}

const isRemoved = ({ kept, phases }: Summary): boolean =>
  !kept && !phases.some(({ name, outcome }) => name === 'remove' && outcome === 'failed')

/** The name of a phase leads to what it said, and where it failed there is more. */
function phaseLinks(phase: PhaseRecord, files: readonly string[]): string {
  const [log, diagnosis] = [logOf(phase), diagnosisOf(phase)]
  const name = files.includes(log) ? link(log, phase.name) : text(phase.name)
  return files.includes(diagnosis) ? `${name} (${link(diagnosis, 'diagnosis')})` : name
}

const filesOf = (phase: PhaseRecord, files: readonly string[]): string[] =>
  [logOf(phase), diagnosisOf(phase)].filter(file => files.includes(file))

const logOf = ({ name }: PhaseRecord): string => `phases/${fileNameOf(name)}.log`
const diagnosisOf = ({ name }: PhaseRecord): string => `diagnosis-${fileNameOf(name)}.txt`

const link = (file: string, name: string): string =>
  `<a href="${text(file.split('/').map(encodeURIComponent).join('/'))}">${text(name)}</a>`

const secondsText = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`
