/** What came of one test file. */
export type FileResult = {
  file: string
  milliseconds: number
  passed: number
  skipped: { name: string; reason: string }[]
  failures: Failure[]
  /** Failures of earlier attempts. Where the last one has none, the file is flaky. */
  before: Failure[]
}

export type Failure = { name: string; detail: string }

export function totals(results: readonly FileResult[]): { passed: number; failed: number; skipped: number } {
  const sum = (count: (result: FileResult) => number) =>
    results.reduce((total, result) => total + count(result), 0)
  return {
    passed: sum(({ passed }) => passed),
    failed: sum(({ failures }) => failures.length),
    skipped: sum(({ skipped }) => skipped.length),
  }
}

export function describeFile({ file, milliseconds, passed, skipped, failures }: FileResult): string[] {
  const counts = [`${passed} passed`]
  if (failures.length > 0) counts.push(`${failures.length} failed`)
  if (skipped.length > 0) counts.push(`${skipped.length} skipped`)
  return [
    `${failures.length === 0 ? 'ok  ' : 'FAIL'} ${file}  ${counts.join(', ')}  ${(milliseconds / 1000).toFixed(1)} s`,
    ...skipped.map(({ name, reason }) => `  skipped: ${name}: ${reason}`),
    ...failures.flatMap(describeFailure),
  ]
}

/** What stands at the end of a run, where whoever reads a long log looks first: failures, and who is flaky. */
export function describeFailures({ file, failures, before }: FileResult): string[] {
  if (failures.length > 0) return [`FAIL  ${file}`, ...failures.flatMap(describeFailure)]
  if (before.length > 0)
    return [`FLAKY ${file}: it failed, and passed when it ran alone`, ...before.flatMap(describeFailure)]
  return []
}

const describeFailure = ({ name, detail }: Failure): string[] => [
  `  failed: ${name}`,
  ...detail
    .trimEnd()
    .split('\n')
    .map(line => `    ${line}`),
]
