import type { Io } from './io.ts'
import { startProgress } from './progress.ts'
import { sizeText } from './render/size-text.ts'

/** What is sent in no time is not told of, in characters. */
const worthTelling = 262_144

/** A line in a terminal while something long is on its way to the server. */
export const sending = (io: Io, what: string, text: string | undefined, json: boolean): Disposable => {
  const length = text?.length ?? 0
  const quiet = json || io.stderr.isTTY !== true || length < worthTelling
  return startProgress(io, `sending ${what}, ${sizeText(length)}`, quiet)
}
