import { once } from 'node:events'
import { Interruption } from './interruption.ts'
import { type Io, write } from './io.ts'

/** Asks for a secret in the terminal, in which nothing is seen of it. Empty where nothing is typed. */
export async function askSecret({ stdin, stderr, signal }: Io, what: string): Promise<string> {
  await write(stderr, `${what}: `, signal)
  stdin.setRawMode?.(true)
  try {
    let typed = ''
    for (;;) {
      const [chunk] = await once(stdin, 'data', { signal })
      for (const key of String(chunk)) {
        if (key === '\r' || key === '\n' || key === '\u0004') return typed
        if (key === '\u0003') throw new Interruption('SIGINT')
        if (key === '\u007f' || key === '\b') typed = [...typed].slice(0, -1).join('')
        else if (key === '\u0015') typed = ''
        else if (key >= ' ') typed += key
      }
    }
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    stdin.pause()
    stdin.setRawMode?.(false)
    stderr.write('\n')
  }
}
