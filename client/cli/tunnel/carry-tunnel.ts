import type { Readable, Writable } from 'node:stream'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import { problemSchema } from '../../../services/contract/problems.ts'

/** What may wait for the server before the local side is not read any more, in bytes. */
const mostWaiting = 1_048_576

const endSchema = z.object({
  type: z.literal('end'),
  reason: z.string(),
  problem: problemSchema.optional(),
})

/** Passes the bytes of one connection on, both ways, until it has ended. Resolves with why, where that is worth telling. */
export async function carryTunnel(
  { input, output }: { readonly input: Readable; readonly output: Writable },
  socket: WebSocket,
  signal: AbortSignal,
): Promise<string> {
  const { promise: over, resolve: end } = Promise.withResolvers<string>()
  let why = ''
  input.on('data', (bytes: Buffer) => {
    socket.send(bytes, () => input.resume())
    if (socket.bufferedAmount > mostWaiting) input.pause()
  })
  const ended = () => socket.readyState === socket.OPEN && socket.send(Buffer.alloc(0))
  // Who says nothing and ends may have done so before anybody heard.
  if (input.readableEnded) ended()
  else input.once('end', ended)
  input.once('error', () => end(''))
  output.once('error', () => end(''))
  output.once('close', () => end(''))
  socket.on('message', (data, isBinary) => {
    const bytes = Buffer.isBuffer(data) ? data : Buffer.from(`${data}`)
    if (!isBinary) why = reasonOf(`${bytes}`)
    else if (bytes.length === 0) output.end()
    else if (!output.write(bytes)) {
      socket.pause()
      output.once('drain', () => socket.resume())
    }
  })
  socket.once('close', code => end(why === '' && code !== 1000 ? `the server has closed it (${code})` : why))
  const aborted = () => end('')
  signal.addEventListener('abort', aborted, { once: true })
  if (signal.aborted) aborted()
  const told = await over
  signal.removeEventListener('abort', aborted)
  socket.close(1000)
  input.removeAllListeners('data')
  if (!output.writableEnded) output.end()
  if (Object.is(input, output)) input.resume()
  else input.pause()
  return told
}

function reasonOf(text: string): string {
  const { data } = endSchema.safeParse(parsed(text))
  if (data === undefined || data.reason === 'complete') return ''
  return data.problem?.detail ?? `the tunnel has ended: ${data.reason.replaceAll('_', ' ')}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
