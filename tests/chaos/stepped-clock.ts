import { readFileSync } from 'node:fs'

/**
 * A clock that is set while its process runs: `node --import 'stepped-clock.ts?FILE' …`. FILE holds by how many milliseconds
 * it is off. Timers go on as they would where a machine's clock is set.
 */
const file = decodeURIComponent(new URL(import.meta.url).search.slice(1))
const now = Date.now
let [offset, looked] = [0, Number.NEGATIVE_INFINITY]

Date.now = () => {
  if (performance.now() - looked > 50) {
    looked = performance.now()
    try {
      offset = Number(readFileSync(file, 'utf8')) || 0
    } catch {
      // Nobody has set it yet, or it is being written.
    }
  }
  return now() + offset
}
