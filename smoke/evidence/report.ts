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
    return `<tr class="${phase.outcome}"><td>${text(phase.name)}</td><td>${phase.outcome}</td><td>${time}</td><td><i style="width:${width}%"></i></td><td>${text(phase.describe)}</td></tr>`
  })
  const why =
    failed === null ? '' : `<h2>${text(failed.phase)} failed</h2>\n<pre>${text(failed.reason)}</pre>\n`
  const also = findings
    .filter(({ reason }) => reason !== failed?.reason)
    .map(({ phase, reason }) => `<h2>After the phases: ${text(phase)}</h2>\n<pre>${text(reason)}</pre>\n`)
  const links = files.map(file => `<li><a href="${text(encodeURI(file))}">${text(file)}</a></li>`)
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Smoke ${text(run)}: ${outcome}</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem }
table { border-collapse: collapse; width: 100% }
td { padding: .2rem .6rem; border-bottom: 1px solid #8884; vertical-align: middle }
td:nth-child(3) { text-align: right; white-space: nowrap }
td:nth-child(4) { width: 20% }
td i { display: block; height: .6rem; background: #48c }
.failed td:nth-child(2) { color: #c22; font-weight: bold }
.skipped, .waiting { opacity: .6 }
pre { overflow: auto; padding: .8rem; background: #8882 }
</style>
<h1>Smoke ${text(run)}: ${outcome}</h1>
<p>${text(source)} at ${text(revision ?? 'HEAD')}, begun ${text(started_at)}, ${secondsText(duration_ms)}</p>
${why}${also.join('')}<table>
${rows.join('\n')}
</table>
<h2>Evidence</h2>
<ul>
${links.join('\n')}
</ul>
</html>
`
}

const secondsText = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`
