import { writeFileSync } from 'node:fs'
import { between } from '../random.ts'
import type { Fault } from './fault.ts'

const hour = 3_600_000

/** The services' clock is set by an hour, forward or back: see stepped-clock.ts. */
export const stepClock: Fault = {
  name: 'step clock',
  times: 2,
  async strike({ clockFile }, next) {
    writeFileSync(clockFile, String((between(next, 0, 2) - 1) * hour))
  },
}
