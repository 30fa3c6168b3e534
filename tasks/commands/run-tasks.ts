import { outputOf } from '../../lib/outputs.ts'
import { Sentinel } from '../../lib/processes/sentinel.ts'
import { Termination } from '../../lib/processes/termination.ts'
import type { Masker } from '../engine/secrets/masker.ts'
import { exitCode } from './exit-code.ts'
import type { Edge, RunEnd } from './recorded-run.ts'
import { Strays } from './strays.ts'

/**
 * Does one run with this process's streams and signals, and ends the process with the code of the outcome:
 * tasks run in this process, and what they left open must not keep it. Throws a UserError for what stands in the way of
 * the run, before anything has run.
 */
export async function runTasks(masker: Masker, run: (edge: Edge) => Promise<RunEnd>): Promise<never> {
  using termination = new Termination()
  await using sentinel = new Sentinel()
  using strays = new Strays(termination, masker)
  const { outcome, unreported } = await run({ termination, sentinel, masker })
  await sentinel[Symbol.asyncDispose]() // which `process.exit` below would not do
  const code = exitCode(outcome, termination.signal.reason)
  const isWrong = strays.tell() || (unreported && code === 0)
  // Who reads slowly gets all of it. A signal does not wait for that, now or later.
  if (!termination.signal.aborted) {
    termination[Symbol.dispose]()
    await outputOf('stdout').flushed()
    await outputOf('stderr').flushed()
  }
  process.exit(isWrong ? 1 : code)
}
