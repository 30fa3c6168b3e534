import { dirname } from 'node:path'
import { OutputCache } from '../engine/cache/output-cache.ts'
import { ownPlaces } from '../engine/own-places.ts'
import type { Command } from './command.ts'
import { readSize, sizeText } from './size.ts'

/** `task cache prune [--max-size SIZE]`: removes what was used longest ago until the rest fits. */
export const cache: Command = async ({ path, values, stdout }) => {
  const outputs = new OutputCache(ownPlaces(dirname(path)).cache)
  const { maxSize } = values
  const pruned = await outputs.prune(maxSize === undefined ? {} : { maxBytes: readSize(String(maxSize)) })
  const { removedEntries, freedBytes, entries, bytes } = pruned
  stdout(
    `removed ${removedEntries} ${removedEntries === 1 ? 'result' : 'results'}, ${sizeText(freedBytes)}; ` +
      `${entries} left, ${sizeText(bytes)}\n`,
  )
  return 0
}
