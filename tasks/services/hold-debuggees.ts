import { dialLines } from '../../lib/dial-lines.ts'

/** How long the runner may take to agree, in milliseconds; and the most that it says to everybody before, in bytes. */
const agreesMs = 5_000
const mostBefore = 16 * 1024 * 1024

/**
 * Has the runner at a unix socket take no debuggee from now on, until this is disposed of, its process has ended, or the time is over. One that does
 * not agree is left to go on.
 */
export async function holdDebuggees(path: string, forMs: number, gone: AbortSignal): Promise<Disposable> {
  const judge = (line: string) => (isAnswer(line) ? 'open' : undefined)
  const dialled = await dialLines(path, {
    ...{
      line: JSON.stringify({ type: 'hold', id: 0, for_ms: forMs }),
      judge,
      openMs: agreesMs,
      mostBefore,
      gone,
    },
  })
  if (dialled.outcome !== 'open') return { [Symbol.dispose]: () => {} }
  // Hints go to whoever is connected, and who does not read them is cut off.
  const socket = dialled.socket.resume()
  return { [Symbol.dispose]: () => void socket.destroy() }
}

function isAnswer(line: string): boolean {
  try {
    return JSON.parse(line).type === 'answer'
  } catch {
    return false
  }
}
