import type { ProblemCode } from './problems.ts'

/** What a request may take up besides its body. Address and headers together: Node's `maxHeaderSize`. */
export const mostHeadBytes = 32 * 1024

/** What is wrong with what Node could not read as a request, by the code of its error. */
export function malformedRequest(nodeCode: string | undefined): {
  readonly code: ProblemCode
  readonly detail: string
} {
  switch (nodeCode) {
    case 'HPE_HEADER_OVERFLOW':
      return {
        code: 'headers_too_large',
        detail: `address and headers of the request have more than ${mostHeadBytes} bytes`,
      }
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { code: 'request_timeout', detail: 'the request was not sent in time' }
    default:
      return { code: 'invalid_input', detail: 'this is no valid HTTP request' }
  }
}
