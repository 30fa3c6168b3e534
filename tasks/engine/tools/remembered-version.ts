import type { Fit } from './version-fit.ts'

/** A version that a program told, and how it lies to ranges that were asked about. */
export interface RememberedVersion {
  readonly version: string
  readonly fits: Readonly<Record<string, Fit>>
}

const fits: readonly unknown[] = ['fits', 'too-old', 'too-new', 'outside', 'bad-range'] satisfies Fit[]
const isFit = (value: unknown): value is Fit => fits.includes(value)

/** Undefined for what another version of this program, or somebody else, has left there. */
export function recallVersion(value: unknown): RememberedVersion | undefined {
  if (typeof value !== 'object' || value === null || !('version' in value) || !('fits' in value))
    return undefined
  const { version, fits } = value
  if (typeof version !== 'string' || typeof fits !== 'object' || fits === null) return undefined
  return { version, fits: Object.fromEntries(Object.entries(fits).filter(entry => isFit(entry[1]))) }
}
