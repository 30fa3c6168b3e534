import { setTimeout as delay } from 'node:timers/promises'
import { endMarked } from '../../lib/processes/end-marked.ts'
import { cleanUp } from './clean-up.ts'
import { look } from './look.ts'
import { readMarker } from './marker.ts'
import { placesIn } from './places.ts'

/** What a keeper becomes when the harness is gone. Its mark is its own, and borne by nobody. */
const [, , , workspace, then] = process.argv
/** Whoever else held the lock for a moment looked whether it is free. */
const tries = 50
const pauseMs = 100

if (workspace !== undefined) {
  const places = placesIn(workspace)
  const marker = readMarker(places)
  if (marker !== undefined) await endMarked(new Set(marker.marks))
  for (let left = then === 'remove' ? tries : 0; left > 0; left--) {
    // Another run has moved in since.
    if (readMarker(places)?.run !== marker?.run) break
    if (look(places).kind !== 'in_use') {
      await cleanUp(places)
      break
    }
    await delay(pauseMs)
  }
}
