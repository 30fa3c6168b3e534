import type { CommandUsage } from '../../contract/command-limits.ts'

/** Processor seconds of what a shell has waited for, from what its builtin `times` writes: `0m0.1s 0m0.2s` on line 2. */
export function parseTimes(text: string): ProcessorTime | undefined {
  const [, userMinutes, user, systemMinutes, system] =
    /^.*\n(\d+)m([\d.,]+)s (\d+)m([\d.,]+)s\n$/.exec(text) ?? []
  const seconds = (minutes: string | undefined, rest: string | undefined) =>
    Number(minutes) * 60 + Number(rest?.replace(',', '.'))
  const times = { user: seconds(userMinutes, user), system: seconds(systemMinutes, system) }
  return Number.isFinite(times.user + times.system) ? times : undefined
}

type ProcessorTime = { readonly user: number; readonly system: number }

/** `cpu`: seconds, where they are known; `wallMs`: undefined where it never started. */
export function commandUsage(
  wallMs: number | undefined,
  cpu: ProcessorTime | undefined,
  peak_memory: number | null,
): CommandUsage | null {
  if (wallMs === undefined) return null
  return {
    wall_seconds: Math.max(0, wallMs) / 1_000,
    user_seconds: cpu?.user ?? null,
    system_seconds: cpu?.system ?? null,
    peak_memory,
  }
}
