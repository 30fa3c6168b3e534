/**
 * The token of an Authorization header (RFC 6750). The scheme's case does not matter and neither does white space
 * around the parts. Undefined where there is none, or none that could be one.
 */
export function bearerToken(header: string | undefined): string | undefined {
  return /^\s*bearer\s+([\x21-\x7e]+)\s*$/i.exec(header ?? '')?.[1]
}
