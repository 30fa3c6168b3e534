import { dirname } from 'node:path'
import { OutputCache } from '../engine/cache/output-cache.ts'
import { ownPlaces } from '../engine/own-places.ts'
import type { Command } from './command.ts'
import { readSize, sizeText } from './size.ts'
import { usageCode } from './usage-code.ts'

/** `task cache prune [--max-size SIZE]`: removes what was used longest ago until the rest fits. */
export const cache: Command = async ({ path, values, blame, stdout }) => {
  const outputs = new OutputCache(ownPlaces(dirname(path)).cache)
  const { maxSize } = values
  blame.code = usageCode
  const bound = maxSize === undefined ? {} : { maxBytes: readSize(String(maxSize)) }
  blame.code = 1
  const pruned = await outputs.prune(bound)
  const { removedEntries, freedBytes, entries, bytes } = pruned
  stdout(
    `removed ${removedEntries} ${removedEntries === 1 ? 'result' : 'results'}, ${sizeText(freedBytes)}; ` +
      `${entries} left, ${sizeText(bytes)}\n`,
  )
  return 0
}
