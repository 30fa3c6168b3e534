import { UserError } from '../../../lib/user-error.ts'

/** Why something could not be had from a server. Hosts and URLs in here bear no credentials. */
export type DownloadFault =
  | { kind: 'bad_url'; url: string; reason: string }
  | { kind: 'redirect'; from: string; to: string; reason: string }
  | { kind: 'unreachable'; host: string; reason: string; lasting: boolean }
  | { kind: 'untrusted'; host: string; reason: string }
  | { kind: 'proxy'; proxy: string; status: number }
  | { kind: 'status'; url: string; status: number }
  | { kind: 'cut'; host: string; received: number; total: number | undefined }
  | { kind: 'silent'; host: string; seconds: number }
  | { kind: 'too_large'; url: string; limit: number }
  | { kind: 'no_space'; directory: string; needed: number | undefined }
  | { kind: 'unwritable'; file: string; reason: string }
  | { kind: 'no_checksum'; url: string; reason: string }
  | { kind: 'checksum'; url: string; expected: string; actual: string }

/** A download that failed: a user's or the network's mistake, never a bug. */
export class DownloadError extends UserError {
  readonly fault: DownloadFault

  constructor(fault: DownloadFault, cause?: unknown) {
    super(messageOf(fault), { fix: fixOf(fault), cause })
    this.fault = fault
  }
}

/** Whether the same request may succeed in a moment. */
export function mayPass(fault: DownloadFault): boolean {
  switch (fault.kind) {
    case 'status':
      return fault.status >= 500 || fault.status === 408 || fault.status === 429
    case 'proxy':
      return fault.status >= 500
    case 'unreachable':
      return !fault.lasting
    case 'cut':
    case 'silent':
      return true
    case 'bad_url':
    case 'redirect':
    case 'untrusted':
    case 'too_large':
    case 'no_space':
    case 'unwritable':
    case 'no_checksum':
    case 'checksum':
      return false
  }
}

/**
 * Whether it merely cannot be had from here and now, so that something else may take its place. A checksum that is
 * wrong, a disk that is full or a redirect into the open is a failure whatever the alternatives are.
 */
export function isUnavailable(fault: DownloadFault): boolean {
  switch (fault.kind) {
    case 'unreachable':
    case 'untrusted':
    case 'proxy':
    case 'status':
    case 'cut':
    case 'silent':
    case 'no_checksum':
      return true
    case 'bad_url':
    case 'redirect':
    case 'too_large':
    case 'no_space':
    case 'unwritable':
    case 'checksum':
      return false
  }
}

function messageOf(fault: DownloadFault): string {
  switch (fault.kind) {
    case 'bad_url':
      return `${fault.url} is not downloaded: ${fault.reason}`
    case 'redirect':
      return `${fault.from} leads to ${fault.to}, which is not followed: ${fault.reason}`
    case 'unreachable':
      return `${fault.host} cannot be reached: ${fault.reason}`
    case 'untrusted':
      return `the certificate of ${fault.host} is not trusted: ${fault.reason}`
    case 'proxy':
      return `the proxy ${fault.proxy} refuses the connection: HTTP ${fault.status}`
    case 'status':
      return `${fault.url}: the server answered HTTP ${fault.status}`
    case 'cut':
      return `${fault.host} cut the connection after ${fault.received} of ${fault.total ?? 'an unknown number of'} bytes`
    case 'silent':
      return `${fault.host} was silent for ${fault.seconds} s`
    case 'too_large':
      return `${fault.url} is larger than ${fault.limit} bytes`
    case 'no_space':
      return `no space left in ${fault.directory}${fault.needed === undefined ? '' : `: ${fault.needed} bytes more are needed`}`
    case 'unwritable':
      return `${fault.file} cannot be written: ${fault.reason}`
    case 'no_checksum':
      return `${fault.url} is refused, for its SHA-256 is not known: ${fault.reason}`
    case 'checksum':
      return `${fault.url} has another SHA-256 than expected, and was removed: expected ${fault.expected}, got ${fault.actual}`
  }
}

function fixOf(fault: DownloadFault): string | undefined {
  switch (fault.kind) {
    case 'unreachable':
    case 'cut':
    case 'silent':
      return 'check the network, and HTTPS_PROXY and NO_PROXY where a proxy is needed; what has arrived is kept'
    case 'untrusted':
      return 'set REQUESTS_CA_BUNDLE or SSL_CERT_FILE to a file with the certificate of the authority'
    case 'proxy':
      return fault.status === 407
        ? 'write the credentials into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT'
        : 'check HTTPS_PROXY and NO_PROXY'
    case 'no_space':
      return 'free some space, and run this again'
    case 'no_checksum':
      return "take it from the publisher's page and set environment.conda_installer_sha256"
    case 'checksum':
      return 'run this again; when it fails again, compare environment.conda_installer_sha256 with what is published'
    case 'bad_url':
    case 'redirect':
    case 'status':
      return 'check environment.conda_installer_url'
    case 'too_large':
    case 'unwritable':
      return undefined
  }
}
