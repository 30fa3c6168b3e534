import type { ServerSettings } from '../../../../config/mcp/schema.ts'
import { oncePer } from '../../../../lib/once-per.ts'
import { isOffered } from './catalogue.ts'

/**
 * Whether a resource is to be had, by its address and by all that a server may take that for: one decodes what is encoded in an
 * address, or resolves `..` in it, after it was looked at here.
 */
export function isAddressOffered(settings: Pick<ServerSettings, 'allow' | 'block'>, uri: string): boolean {
  const plain = { allow: decodedEach(settings.allow), block: decodedEach(settings.block) }
  const meant = [decoded(uri), decoded(resolved(uri)), decoded(resolved(decoded(uri)))]
  return isOffered(settings, uri) && meant.every(one => isOffered(plain, one))
}

/** An address of a host alone has no slash behind it here: nobody writes one in a pattern. */
function resolved(uri: string): string {
  const href = URL.parse(uri.replaceAll('\\', '/'))?.href
  return href === undefined || href === `${uri.toLowerCase()}/` ? uri : href
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const decodedEach = oncePer((patterns: readonly string[]) => patterns.map(decoded))
