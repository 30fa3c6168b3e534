import { visible } from '../../lib/visible.ts'
import type { Io } from './io.ts'
import { shortened } from './render/display-width.ts'
import { duration } from './render/relative-time.ts'

/**
 * A line on stderr while something takes its time: in a terminal it counts the seconds, follows what `text` says, and goes
 * away in the end; elsewhere it is written once. Nothing is written under `--json`.
 */
export function startProgress(io: Io, text: string | (() => string), json: boolean): Disposable {
  if (json) return { [Symbol.dispose]() {} }
  const { stderr } = io
  const textNow = () => visible(typeof text === 'string' ? text : text())
  if (stderr.isTTY !== true) {
    stderr.write(`${textNow()}\n`)
    return { [Symbol.dispose]() {} }
  }
  const started = io.now()
  const show = () => {
    const seconds = Math.round((io.now() - started) / 1_000)
    const line = `${textNow()}${seconds === 0 ? '' : ` ${duration(seconds)}`}`
    // A line that the terminal breaks would leave its beginning behind at each writing.
    stderr.write(`\r\x1b[K${shortened(line, (stderr.columns || 80) - 1)}`)
  }
  show()
  const timer = setInterval(show, 1_000)
  return {
    [Symbol.dispose]() {
      clearInterval(timer)
      stderr.write('\r\x1b[K')
    },
  }
}
