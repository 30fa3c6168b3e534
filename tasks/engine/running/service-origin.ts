import type { NeedDigests } from '../freshness/judge.ts'
import type { TaskState } from '../state.ts'

/** What a service needs, as it came out. */
export interface NeedOfService {
  readonly state: TaskState | undefined
  readonly isRemembered: boolean
  /** Which one it is, where it is a service itself. */
  readonly service: number | undefined
  readonly digests: NeedDigests | undefined
}

/**
 * What a service came from, as a text that is compared: it goes on as long as that is the same. Undefined where it cannot
 * be told: what a task has done that ran and returned nothing to compare, nobody knows.
 */
export function originOf(needs: readonly NeedOfService[]): string | undefined {
  const parts: (readonly unknown[])[] = []
  for (const { state, isRemembered, service, digests } of needs) {
    if (state?.kind === 'serving') {
      parts.push(['service', service])
      continue
    }
    if (state?.kind !== 'succeeded' || digests?.result === undefined) return undefined
    if (!isRemembered && state.how === 'ran' && state.result === undefined) return undefined
    parts.push([digests.result, digests.outputs])
  }
  return JSON.stringify(parts)
}
