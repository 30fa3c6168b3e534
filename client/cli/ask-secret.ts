import { once } from 'node:events'
import { StringDecoder } from 'node:string_decoder'
import { Interruption } from './interruption.ts'
import { type Io, write } from './io.ts'

/**
 * Asks for a secret in the terminal, in which nothing is seen of it. Empty where nothing is typed. What was typed ahead,
 * or pasted with it, is left to who asks next.
 */
export async function askSecret({ stdin, stderr, signal }: Io, what: string): Promise<string> {
  // Before the question: what answers it at once is not shown either.
  stdin.setRawMode?.(true)
  const ended = new AbortController()
  stdin.once('end', () => ended.abort())
  const decoder = new StringDecoder('utf8')
  try {
    await write(stderr, `${what}: `, signal)
    let typed = ''
    for (;;) {
      const next = once(stdin, 'data', { signal: AbortSignal.any([signal, ended.signal]) })
      // The question before this one has paused it, which another listener alone does not undo.
      stdin.resume()
      const [chunk] = await next
      const keys = decoder.write(chunk)
      for (const [i, key] of [...keys].entries()) {
        if (key === '\r' || key === '\n' || key === '\u0004') {
          const ahead = [...keys].slice(i + 1).join('')
          if (ahead !== '') stdin.unshift(Buffer.from(ahead))
          return typed
        }
        if (key === '\u0003') throw new Interruption('SIGINT')
        if (key === '\u007f' || key === '\b') typed = [...typed].slice(0, -1).join('')
        else if (key === '\u0015') typed = ''
        else if (key >= ' ') typed += key
      }
    }
  } catch (error) {
    signal.throwIfAborted()
    if (ended.signal.aborted) return ''
    throw error
  } finally {
    stdin.pause()
    stdin.setRawMode?.(false)
    stderr.write('\n')
  }
}
