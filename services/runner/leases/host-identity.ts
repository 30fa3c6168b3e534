import { readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Names the place where a pid means something: the host and, on Linux, the pid namespace (two containers differ). */
export function hostIdentity(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return hostname()
  }
}
