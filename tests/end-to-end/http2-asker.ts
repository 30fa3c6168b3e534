import { type ClientHttp2Session, connect, constants } from 'node:http2'
import { setTimeout as delay } from 'node:timers/promises'

export type AskedOverHttp2 = {
  readonly url: string
  readonly paths: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  readonly certificate: Buffer
}

/** How many of its requests were answered, and were not begun and so sent again, and on how many connections. */
type Facts = { answered: number; again: number; connections: number }

/**
 * Asks over HTTP/2 without an end until it is stopped, one request at a time for each path, on one connection for as long as that takes any. As RFC
 * 9113, section 8.7, has it, what was refused as not begun is sent again, and nothing else.
 */
export function askOverHttp2({ url, paths, headers, certificate }: AskedOverHttp2) {
  const dial = (): ClientHttp2Session => connect(url, { ca: certificate }).on('error', () => {})
  const facts: Facts = { answered: 0, again: 0, connections: 1 }
  const failures: string[] = []
  let session = dial()
  let isOver = false
  const usable = () => {
    if (session.closed || session.destroyed) {
      session = dial()
      facts.connections++
    }
    return session
  }
  const asking = paths.map(async path => {
    for (; !isOver; await delay(20)) {
      const answer = await ask(usable(), { ':path': path, ...headers })
      if (answer === 'not begun') facts.again++
      else if (answer.startsWith('200 ')) facts.answered++
      else failures.push(`${path}: ${answer}`)
    }
  })
  return {
    facts,
    failures,
    async stop() {
      isOver = true
      await Promise.all(asking)
      session.close()
    },
  }
}

function ask(session: ClientHttp2Session, headers: Record<string, string>): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const stream = session.request(headers)
  let [status, text, failure] = [0, '', '']
  stream.on('response', answer => {
    status = answer[':status'] ?? 0
  })
  stream.setEncoding('utf8').on('data', part => {
    text += part
  })
  stream.on('error', error => {
    failure = `${error}`
  })
  stream.once('close', () => {
    const wasGone = failure.includes('ERR_HTTP2_GOAWAY_SESSION') || /session has been destroyed/.test(failure)
    if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM || wasGone) resolve('not begun')
    else resolve(failure === '' ? `${status} ${text}` : `${failure} after ${status} ${text}`)
  })
  return promise
}
