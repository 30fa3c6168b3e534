import type { ServerResponse } from 'node:http'
import type { Limits } from '../context.ts'
import type { Taken } from '../websocket/send-frame.ts'
import type { EndEvent, LogEvent } from './log-event.ts'
import { isWhole, type LogFormat, toJson } from './log-format.ts'
import { pump } from './pump.ts'

const contentTypes: Record<LogFormat, string> = {
  json: 'application/x-ndjson',
  text: 'text/plain; charset=utf-8',
}

/**
 * Sends a log as the body of a response: one message a line, or the bare bytes. Bare bytes have no room for a reason,
 * so one that ends before its time is cut off without the last chunk, which every client reports as an error.
 */
export async function sendLog(
  response: ServerResponse,
  events: AsyncIterable<LogEvent>,
  { format, limits, headers }: { format: LogFormat; limits: Limits; headers: Record<string, string> },
): Promise<void> {
  response.writeHead(200, {
    'content-type': contentTypes[format],
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  response.flushHeaders()
  const end = await pump(events, async event => {
    if (format === 'json') return write(response, toJson(event, '\n'), limits.slowReader)
    return event.type === 'output' ? write(response, event.data, limits.slowReader) : 'taken'
  })
  if (end !== 'gone') finish(response, end, format, limits)
}

function finish(response: ServerResponse, end: EndEvent, format: LogFormat, limits: Limits): void {
  if (format === 'json') response.end(toJson(end, '\n'))
  else if (isWhole(end.reason)) response.end()
  else response.destroy()
  if (end.reason !== 'slow_reader' || response.closed) return
  const timer = setTimeout(() => response.destroy(), limits.linger)
  response.once('close', () => clearTimeout(timer))
}

/** Writes, and waits until there is room for more. */
function write(response: ServerResponse, data: string | Buffer, patience: number): Promise<Taken> {
  if (response.closed || response.destroyed) return Promise.resolve('gone')
  if (response.write(data)) return Promise.resolve('taken')
  return new Promise(resolve => {
    const settle = (taken: Taken) => {
      clearTimeout(timer)
      response.off('drain', onDrain).off('close', onClose)
      resolve(taken)
    }
    const onDrain = () => settle('taken')
    const onClose = () => settle('gone')
    const timer = setTimeout(() => settle('slow'), patience)
    response.once('drain', onDrain).once('close', onClose)
  })
}
