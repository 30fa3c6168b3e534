import t from 'tap'
import { type ClientError, isClientError } from '../../../client/sdk/client-error.ts'
import { type ConnectionFailure, explainConnectionError } from '../../../client/sdk/connection-error.ts'
import { ProblemError } from '../../../client/sdk/problem-error.ts'
import { problemDocument } from '../../../services/contract/problems.ts'

/** Compiles only where each case leaves out no other: a switch needs no default. */
function told(error: ClientError): string {
  switch (error.name) {
    case 'ProblemError':
      return `${error.code} ${error.status}`
    case 'ConnectionError':
      return reason(error.kind)
  }
}

function reason(kind: ConnectionFailure): string {
  switch (kind) {
    case 'unreachable':
    case 'dropped':
    case 'timeout':
    case 'tls':
    case 'unexpected_answer':
      return kind
  }
}

t.test('what a call can reject with is a union that a switch goes through to its end', t => {
  const problem = new ProblemError(problemDocument('session_not_found', 'no session'))
  t.equal(told(problem), 'session_not_found 404')
  const refused = Object.assign(new Error('x'), { code: 'ECONNREFUSED' })
  t.equal(told(explainConnectionError('http://x', refused)), 'unreachable')
  for (const error of [problem, explainConnectionError('http://x', refused)]) t.ok(isClientError(error))
  for (const error of [new TypeError('a bug'), new DOMException('over', 'AbortError'), undefined])
    t.notOk(isClientError(error))
  t.end()
})
