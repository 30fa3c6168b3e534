import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RawHeaders } from './headers.ts'

/** What a client of HTTP/1.1 may be told before the answer itself. Of what it does not ask for, hints alone are sent on. */
export function sendInterim(
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
  status: number,
  raw: RawHeaders,
): void {
  if (response.headersSent || request.httpVersion === '1.0') return
  if (status === 100) {
    if (request.headers.expect !== undefined) response.writeContinue()
  } else if (status === 103) {
    const links = raw.filter((_, index) => index % 2 === 1 && raw[index - 1]?.toLowerCase() === 'link')
    // What Node does not know as a link is no hint that would help.
    if (links.length > 0 && links.every(isLink)) response.writeEarlyHints({ link: links })
  }
}

/** As Node's own check, which throws. */
const isLink = (text: string): boolean => /^(?:<[^>]*>)(?:\s*;\s*[^;"\s]+(?:=(")?[^;"\s]*\1)?)*$/.test(text)
