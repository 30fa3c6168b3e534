import { join } from 'node:path'
import { readPlainFile } from '../../lib/plain-file.ts'
import type { Places } from '../workspace/places.ts'

/** Where the clone keeps its first administrator's token. */
export const firstTokenFile = ({ clone }: Pick<Places, 'clone'>): string =>
  join(clone, '.artifacts', 'secrets', 'admin-token')

const longest = 1_024

/** Undefined until its bootstrap has made it, which is before that shows it to whoever types `npx task bootstrap`. */
export function firstToken(places: Pick<Places, 'clone'>): string | undefined {
  return readPlainFile(firstTokenFile(places), longest)?.toString().trim() || undefined
}
