import { join } from 'node:path'
import { isIn } from '../../lib/is-in.ts'
import { prefix } from './places.ts'

/** In bytes: with what lies in it, paths of unix sockets may not grow too long for the system. */
const longest = 55

export type Surroundings = {
  readonly home: string
  readonly temporary: string
  /** The checkout that the harness runs from. */
  readonly source: string
  /** What of a person's own a run leaves as it is. */
  readonly guarded: readonly string[]
}

/** Where workspaces are made that nobody has named: in the temporary directory of this user, or where paths in that are too long, of the system. */
export const workspacesIn = (temporary: string): string =>
  Buffer.byteLength(join(temporary, `${prefix}01234567`)) > longest ? '/tmp' : temporary

/** Why a workspace cannot be at this (real, absolute) path; undefined where it can. */
export function refusedPlace(
  path: string,
  { home, temporary, source, guarded }: Surroundings,
): { message: string; fix: string } | undefined {
  const fix = 'name another --workspace, such as one below the temporary directory'
  if (/^\/mnt\/[a-z](?:\/|$)/i.test(path))
    return { message: `${path} lies on a Windows drive: slow, and without modes and sockets`, fix }
  if (Buffer.byteLength(path) > longest)
    return {
      message: `${path} has ${Buffer.byteLength(path)} bytes, more than ${longest}: paths of unix sockets in it would be too long`,
      fix,
    }
  const holds = [home, temporary, source].find(one => isIn(one, path))
  if (holds !== undefined)
    return { message: `${path} holds ${holds}, which would be removed with the workspace`, fix }
  if (isIn(path, source))
    return { message: `${path} lies in the checkout ${source}, which a smoke leaves as it is`, fix }
  const kept = guarded.find(one => isIn(one, path) || isIn(path, one))
  if (kept !== undefined)
    return { message: `${path} is, holds or lies in ${kept}, which a smoke leaves as it is`, fix }
  return undefined
}
