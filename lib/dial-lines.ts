import { connect, type Socket } from 'node:net'

export type DialLines<Refused> = {
  /** What is said first. */
  readonly line: string
  /** What a line that comes back means: that the connection is open from there on, a refusal, or nothing. */
  readonly judge: (line: string) => 'open' | { readonly refused: Refused } | undefined
  /** How long it may take until one of the two comes, in milliseconds; and how much may come before, in bytes. */
  readonly openMs: number
  readonly mostBefore: number
  readonly gone: AbortSignal
}

export type Dialled<Refused> =
  | { readonly outcome: 'open'; readonly socket: Socket }
  | { readonly outcome: 'refused'; readonly refused: Refused }
  /** Nobody listens there, or says what it should. */
  | { readonly outcome: 'away' }

/**
 * Connects to a unix socket where lines are spoken until the connection is another's: its bytes are what comes behind the line
 * that says so. The socket is paused: nothing of them is read yet.
 */
export function dialLines<Refused>(path: string, dial: DialLines<Refused>): Promise<Dialled<Refused>> {
  const { line, judge, openMs, mostBefore, gone } = dial
  const socket = connect({ path, allowHalfOpen: true })
  return new Promise(resolve => {
    let before = Buffer.alloc(0)
    const settle = (dialled: Dialled<Refused>) => {
      clearTimeout(late)
      gone.removeEventListener('abort', away)
      socket.off('error', away).off('end', away).off('close', away).off('data', take)
      socket.on('error', () => undefined) // 'close' follows
      socket.pause()
      if (dialled.outcome !== 'open') socket.destroy()
      resolve(dialled)
    }
    const away = () => settle({ outcome: 'away' })
    const late = setTimeout(away, openMs)
    gone.addEventListener('abort', away, { once: true })
    socket.once('error', away)
    socket.once('end', away)
    socket.once('close', away)
    socket.once('connect', () => socket.write(`${line}\n`))
    const take = (piece: Buffer) => {
      before = Buffer.concat([before, piece])
      for (let end = before.indexOf(10); end >= 0; end = before.indexOf(10)) {
        const judged = judge(before.toString('utf8', 0, end))
        before = before.subarray(end + 1)
        if (judged === undefined) continue
        if (judged !== 'open') return settle({ outcome: 'refused', ...judged })
        settle({ outcome: 'open', socket })
        if (before.length > 0) socket.unshift(before)
        return
      }
      if (before.length > mostBefore) away()
    }
    socket.on('data', take)
    if (gone.aborted) away()
  })
}
