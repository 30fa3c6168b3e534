import type { Readable, Writable } from 'node:stream'
import type { WebSocket } from 'ws'
import { DapDecoder, encodeDap, frameDap } from '../../../lib/dap-framing.ts'
import { type DapAnswer, dapRefusal, dapRequestSchema } from '../../../services/contract/dap.ts'

/** What may wait on either side before the other is not read any more, in bytes. */
const mostWaiting = 1_048_576

/** An editor's two streams, framed as the protocol has it on streams. */
export type EditorStreams = { readonly input: Readable; readonly output: Writable }

/**
 * Between an editor and a server: passes on what both say until one of them has gone. Where the server refuses the
 * connection, each request of the editor's is refused with the reason, which it shows. Resolves with why it is over.
 */
export async function bridgeDap(
  { input, output }: EditorStreams,
  opening: Promise<WebSocket>,
  signal: AbortSignal,
): Promise<string> {
  const { promise: over, resolve: end } = Promise.withResolvers<string>()
  const decoder = new DapDecoder()
  const waiting: string[] = []
  let socket: WebSocket | undefined
  let refusal: string | undefined

  const say = (answer: DapAnswer) => void output.write(encodeDap({ seq: 0, ...answer }))
  const pass = (text: string) => {
    if (refusal !== undefined) {
      const request = dapRequestSchema.safeParse(parsed(text)).data
      if (request !== undefined) say(dapRefusal(request, refusal))
    } else if (socket === undefined) waiting.push(text)
    else {
      socket.send(text, () => input.resume())
      if (socket.bufferedAmount > mostWaiting) input.pause()
    }
  }
  input.on('data', (piece: Buffer) => {
    try {
      for (const text of decoder.push(piece)) pass(text)
    } catch (error) {
      end(`the editor says what is no DAP: ${error instanceof Error ? error.message : error}`)
    }
  })
  input.once('end', () => end('the editor has gone'))
  if (input.readableEnded || input.destroyed) end('the editor has gone')
  input.once('close', () => end('the editor has gone'))
  input.once('error', error => end(`the editor has gone: ${error.message}`))
  output.once('error', error => end(`the editor has gone: ${error.message}`))
  const aborted = () => end('')
  signal.addEventListener('abort', aborted, { once: true })
  if (signal.aborted) aborted()

  opening.then(
    opened => {
      socket = opened
      opened.on('message', data => {
        if (!output.write(frameDap(`${data}`)) && output.writableLength > mostWaiting) {
          opened.pause()
          output.once('drain', () => opened.resume())
        }
      })
      opened.once('close', (code, reason) => end(closing(code, `${reason}`, say)))
      for (const text of waiting.splice(0)) pass(text)
    },
    (error: unknown) => {
      refusal = error instanceof Error ? error.message : String(error)
      for (const text of waiting.splice(0)) pass(text)
      // Somebody who waits for an answer has it now; who asks later, too.
      if (!signal.aborted) setTimeout(() => end(refusal ?? ''), 1_000).unref()
    },
  )
  const why = await over
  signal.removeEventListener('abort', aborted)
  // Who connects meanwhile is let go of as well.
  void opening.then(
    opened => opened.close(1000),
    () => undefined,
  )
  input.removeAllListeners('data')
  output.end()
  // A socket is read to its end, which it would not notice otherwise; standard input would keep this program from ending.
  if (Object.is(input, output)) input.resume()
  else input.pause()
  return why
}

/** An editor that is not told of the end of a connection waits for it. */
function closing(code: number, reason: string, say: (answer: DapAnswer) => void): string {
  if (code === 1000) return ''
  const told = reason === '' ? `code ${code}` : reason.replaceAll('_', ' ')
  const text = `the server has closed the connection (${told}); the program goes on as it is`
  say({ type: 'event', event: 'output', body: { category: 'important', output: `${text}\n` } })
  say({ type: 'event', event: 'terminated', body: {} })
  return text
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
