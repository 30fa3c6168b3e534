import { errorCode } from '../../../lib/error-code.ts'
import { type Proxies, shownProxy } from '../../../lib/proxies.ts'
import type { DownloadFault } from './fault.ts'

/** What an error of undici, of a socket or of TLS says about the network; undefined for one that is none of these. */
export function networkFault(error: unknown, url: URL, proxies: Proxies): DownloadFault | undefined {
  if (!(error instanceof Error)) return undefined
  const host = url.host
  const proxyStatus = /^Proxy response \((\d+)\)/.exec(error.message)?.[1]
  if (proxyStatus !== undefined)
    return {
      kind: 'proxy',
      proxy: shownProxy(url.protocol === 'https:' && proxies.https !== '' ? proxies.https : proxies.http),
      status: Number(proxyStatus),
    }
  const code = errorCode(error) ?? ''
  if (isCertificateCode(code)) return { kind: 'untrusted', host, reason: reasonOf(error, code) }
  const inner = error.cause instanceof Error ? networkFault(error.cause, url, proxies) : undefined
  if (inner !== undefined) return inner
  const lasting = lastingCodes.has(code)
  if (lasting || passingCodes.has(code) || /^(?:UND_ERR_|ERR_SSL_|ERR_TLS_|EPROTO)/.test(code))
    return { kind: 'unreachable', host, reason: reasonOf(error, code), lasting }
  return undefined
}

/** Codes of OpenSSL's verification, as Node hands them on. */
const isCertificateCode = (code: string): boolean =>
  /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|HOSTNAME_MISMATCH|ERR_TLS_CERT_)/.test(code)

const lastingCodes = new Set(['ENOTFOUND', 'EPROTO', 'UND_ERR_INVALID_ARG', 'UND_ERR_PRX_TLS'])
const passingCodes = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
])

const reasonOf = (error: Error, code: string): string =>
  // An error that gathers those of several addresses has no message of its own.
  (error.message === '' ? code : error.message).split('\n')[0] ?? code
