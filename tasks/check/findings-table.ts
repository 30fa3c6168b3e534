import type { Finding } from './finding.ts'

/** Findings as a table: verdict, what, detail; the fix on a line of its own below. */
export function findingsTable(findings: readonly Finding[]): string {
  const width = Math.max(0, ...findings.map(({ what }) => what.length))
  const indent = ' '.repeat('warning'.length + 2 + width + 2)
  return findings
    .map(({ what, verdict, detail, fix }) => {
      const head = `${verdict.padEnd(7)}  ${what.padEnd(width)}  `
      const [first = '', ...more] = detail.split('\n')
      const rest = [...more, ...(fix === undefined ? [] : fix.split('\n').map(line => `→ ${line}`))]
      return [`${head}${first}`.trimEnd(), ...rest.map(line => `${indent}${line}`)]
        .map(line => `${line}\n`)
        .join('')
    })
    .join('')
}
