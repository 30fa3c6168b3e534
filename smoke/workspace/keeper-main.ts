import { setTimeout as delay } from 'node:timers/promises'
import { endMarked } from '../../lib/processes/end-marked.ts'
import { endGroupsOf } from '../sandbox/run-group.ts'
import { cleanUp, leave } from './clean-up.ts'
import { look } from './look.ts'
import { readMarker } from './marker.ts'
import { placesIn } from './places.ts'

/** What a keeper becomes when the harness is gone. The mark of its own is borne by nobody; `mark` is the run's. */
const [, , , workspace, run, mark, then, evidence] = process.argv
/** Whoever else held the lock for a moment looked whether it is free. */
const tries = 50
const pauseMs = 100

if (workspace !== undefined && run !== undefined && mark !== undefined && evidence !== undefined) {
  const places = placesIn(workspace)
  await endMarked(new Set([mark]))
  await endGroupsOf(run)
  for (let left = tries; left > 0; left--) {
    // Another run has moved in since, or had before this one could.
    if (readMarker(places)?.marks.includes(mark) === false) break
    if (look(places).kind !== 'in_use') {
      if (then === 'remove') await cleanUp(places, evidence)
      else await leave(places, evidence)
      break
    }
    await delay(pauseMs)
  }
}
