import { proxiesOf, shownProxy } from '../../../lib/proxies.ts'
import { UserError } from '../../../lib/user-error.ts'
import type { Finding } from '../../check/finding.ts'
import { isWritten, readCertificates } from './certificates.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Which authorities are trusted and which proxies used. Writes nothing. */
export function inspectCertificates(root: string, environment: Environment): Finding[] {
  return [
    finding('certificates', () => {
      const { provenance, merged } = readCertificates(root, environment)
      if (merged === undefined || isWritten(merged)) return { verdict: 'ok', detail: provenance }
      return {
        verdict: 'warning',
        detail: `${provenance}: not merged yet, or not as they are now`,
        fix: 'npx task bootstrap',
      }
    }),
    finding('proxies', () => {
      const { http, https, except } = proxiesOf(environment)
      const used = https === '' ? http : https
      if (used === '') return { verdict: 'ok', detail: 'none' }
      return { verdict: 'ok', detail: `${shownProxy(used)}${except === '' ? '' : `, except ${except}`}` }
    }),
  ]
}

function finding(what: string, look: () => Omit<Finding, 'what'>): Finding {
  try {
    return { what, ...look() }
  } catch (error) {
    if (error instanceof UserError) return { what, verdict: 'failed', detail: error.message, fix: error.fix }
    throw error
  }
}
