import { sha256 } from '../sha256.ts'

/** Of the value of a variable, for nobody writes values down that may be secret. */
export const environmentDigest = (value: string | undefined): string => sha256(JSON.stringify(value ?? null))
