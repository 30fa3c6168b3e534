/**
 * Why no answer of a Debug Server came:
 * `unreachable`: nothing answers at this address. `dropped`: the connection broke in the middle, or may have: browsers do
 * not tell. `timeout`: it took longer than the deadline. `tls`: the two sides could not agree on a secure connection. `unexpected_answer`: what
 * answers does not speak this contract.
 */
export type ConnectionFailure = 'unreachable' | 'dropped' | 'timeout' | 'tls' | 'unexpected_answer'

/** The server at `baseUrl` could not be asked. The message names the address and the reason, `fix` what to check. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
  readonly kind: ConnectionFailure
  readonly baseUrl: string
  readonly fix: string

  constructor(kind: ConnectionFailure, baseUrl: string, reason: string, fix: string, cause?: unknown) {
    super(`${baseUrl}: ${reason}`, cause === undefined ? undefined : { cause })
    this.kind = kind
    this.baseUrl = baseUrl
    this.fix = fix
  }
}

const checkAddress = 'check that the server is up and that the address is right'
const perhapsDone =
  'the server may have done what was asked: look before you ask again, and check that the server is up'
const untrusted =
  'give the certificate of its authority (--ca FILE, DEBUG_SERVER_CA, or the option `ca`), or, for a server of your own, turn verification off (--insecure)'

/** By the `code` of the error that Node or undici reports. */
const known: Record<string, readonly [ConnectionFailure, reason: string, fix: string]> = {
  ECONNREFUSED: ['unreachable', 'nothing listens there (connection refused)', checkAddress],
  ENOTFOUND: ['unreachable', 'the host name is not known', 'check the host name in the address'],
  EAI_AGAIN: ['unreachable', 'the host name could not be looked up', 'check the name server and the network'],
  EHOSTUNREACH: ['unreachable', 'the host cannot be reached', checkAddress],
  ENETUNREACH: ['unreachable', 'the network cannot be reached', 'check the network of this machine'],
  ETIMEDOUT: ['unreachable', 'the host does not answer', checkAddress],
  UND_ERR_CONNECT_TIMEOUT: ['unreachable', 'the host does not answer', checkAddress],
  UND_ERR_HEADERS_TIMEOUT: ['timeout', 'it did not answer in time', checkAddress],
  UND_ERR_BODY_TIMEOUT: ['timeout', 'it stopped in the middle of its answer', checkAddress],
  ECONNRESET: ['dropped', 'the connection was reset', perhapsDone],
  EPIPE: ['dropped', 'the connection was closed', perhapsDone],
  UND_ERR_SOCKET: ['dropped', 'the connection was closed before the answer was whole', perhapsDone],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['tls', 'its certificate is self-signed', untrusted],
  SELF_SIGNED_CERT_IN_CHAIN: [
    'tls',
    'its certificate comes from an authority that is not trusted',
    untrusted,
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    'tls',
    'its certificate comes from an authority that is not known',
    untrusted,
  ],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    'tls',
    'its certificate comes from an authority that is not known',
    untrusted,
  ],
  CERT_HAS_EXPIRED: ['tls', 'its certificate has expired', 'renew the certificate of the server'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'tls',
    'its certificate is for another host name',
    'use the host name that the certificate is for',
  ],
  EPROTO: ['tls', 'it does not speak TLS there', 'check whether the address should begin with http:'],
  ERR_SSL_WRONG_VERSION_NUMBER: [
    'tls',
    'it does not speak TLS there',
    'check whether the address should begin with http:',
  ],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: [
    'tls',
    'it does not speak TLS there',
    'check whether the address should begin with http:',
  ],
}

/**
 * What an error of the network means for the caller. One with an unknown code counts as unreachable, with its own words; one
 * without, as browsers have them, may be anything, so what was asked may have been done.
 */
export function explainConnectionError(baseUrl: string, error: unknown): ConnectionError {
  const code = codeOf(error)
  const entry = code === undefined ? undefined : known[code]
  if (entry !== undefined) return new ConnectionError(entry[0], baseUrl, entry[1], entry[2], error)
  if (error instanceof Error && error.name === 'HTTPParserError')
    return new ConnectionError(
      'unexpected_answer',
      baseUrl,
      'what answers there does not speak HTTP',
      'check the port, and whether the address should begin with https:',
      error,
    )
  const reason = error instanceof Error && error.message !== '' ? error.message : 'the request failed'
  if (code === undefined) return new ConnectionError('dropped', baseUrl, reason, perhapsDone, error)
  return new ConnectionError('unreachable', baseUrl, `${reason} (${code})`, checkAddress, error)
}

/** The code of an error, or of what it wraps: several addresses tried come as an AggregateError. */
function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  if ('code' in error && typeof error.code === 'string') return error.code
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  return codeOf(error.cause)
}
