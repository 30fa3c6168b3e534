import type { Misfit } from './host-problem.ts'

export type Fit = 'fits' | Misfit | 'bad-range'

/**
 * Whether a version, as a program tells it, lies in a range as in package.json. What stands behind the numbers does not
 * count: `2.40.0-rc1` and Debian's `12.2.0-14` are taken for 2.40.0 and 12.2.0.
 */
export async function fitOf(version: string, range: string): Promise<Fit> {
  // Loaded only for a version or a range that is not remembered.
  const { default: semver } = await import('semver')
  // Loose, for versions such as 2024.01.15.
  const loose = { loose: true }
  if (semver.validRange(range, loose) === null) return 'bad-range'
  const numbers = semver.coerce(version, loose)
  if (numbers === null) return 'outside'
  if (semver.satisfies(numbers, range, loose)) return 'fits'
  if (semver.ltr(numbers, range, loose)) return 'too-old'
  return semver.gtr(numbers, range, loose) ? 'too-new' : 'outside'
}
