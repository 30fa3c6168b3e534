import type { ChaosResult } from './chaos.ts'

/** What came of it, in words. */
export function summary(result: ChaosResult): string {
  const { sessions, accepted, unanswered, followers, complaints } = result
  const counted = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ')
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
  return [
    ['faults', counted(result.faults)],
    ...Object.entries(result.skipped).map(([name, reason]) => ['skipped', `${name}: ${reason}`]),
    [
      'load',
      `${sessions} sessions, ${accepted} commands accepted, ${unanswered} not answered, ${followers} followers`,
    ],
    ['refused', counted(result.refused) || 'none'],
    ['ended', counted(result.statuses)],
    ['compared', `${megabytes(result.bytes)} of logs, ${megabytes(result.followed)} as followers heard them`],
    ['recovered', `within ${(result.slowestRecovery / 1_000).toFixed(1)} s`],
    ...complaints.map(complaint => ['complaint', complaint]),
    ['result', complaints.length === 0 ? 'every promise was kept' : `${complaints.length} complaints`],
  ]
    .map(([name = '', text]) => `${name.padEnd(9)}  ${text}\n`)
    .join('')
}
