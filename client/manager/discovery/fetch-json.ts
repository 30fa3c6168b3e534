import { type Dispatcher, request } from 'undici'
import { UserError } from '../../../lib/user-error.ts'

export type FetchJsonOptions = {
  readonly dispatcher: Dispatcher
  readonly signal: AbortSignal
  /** The longest answer, in bytes. */
  readonly most: number
}

/**
 * An answer in JSON, whole and short enough, or a UserError that says what came instead. Redirections are not followed: who
 * is asked is who was named.
 */
export async function fetchJson(url: URL, { dispatcher, signal, most }: FetchJsonOptions): Promise<unknown> {
  const shown = `${url.origin}${url.pathname}`
  const failed = (why: string) => new UserError(`${shown}: ${why}`)
  try {
    const { statusCode, headers, body } = await request(url.href, {
      ...{ dispatcher, signal },
      headers: { accept: 'application/json', 'user-agent': 'debug-server' },
    })
    // What is cut off tells so, too late for anybody.
    body.on('error', () => {})
    if (statusCode >= 300 && statusCode < 400) {
      body.destroy()
      const to = URL.parse([headers.location].flat()[0] ?? '', url.href)?.origin ?? 'nowhere'
      throw failed(
        `it leads on to ${to}, which is not followed; if that is right, set manager.registry to it`,
      )
    }
    if (statusCode !== 200) {
      body.destroy()
      throw failed(`it answered ${statusCode}`)
    }
    const parts: Buffer[] = []
    let length = 0
    for await (const part of body) {
      length += part.length
      if (length > most) {
        body.destroy()
        throw failed(`its answer is longer than ${most} bytes`)
      }
      parts.push(part)
    }
    return parsed(Buffer.concat(parts).toString(), failed)
  } catch (error) {
    if (error instanceof UserError) throw error
    if (isTimeout(signal.reason)) throw failed('it did not answer in time')
    signal.throwIfAborted()
    throw new UserError(`${shown} cannot be reached: ${error instanceof Error ? error.message : error}`, {
      fix: 'manager.registry in config/mcp.local.toml names another registry, or none: ""',
      cause: error,
    })
  }
}

const isTimeout = (reason: unknown): boolean =>
  reason instanceof DOMException && reason.name === 'TimeoutError'

function parsed(text: string, failed: (why: string) => UserError): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw failed('its answer is no JSON')
  }
}
