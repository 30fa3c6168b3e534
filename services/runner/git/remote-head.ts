/** Where a remote's HEAD points. */
export type RemoteHead = {
  /** The branch, or null where HEAD is detached or there is none. */
  branch: string | null
  /** Whether HEAD leads to a commit. */
  exists: boolean
}

/** Reads `git ls-remote --symref URL HEAD`. */
export function parseRemoteHead(text: string): RemoteHead {
  const branch = /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(text)?.[1] ?? null
  return { branch, exists: /^[0-9a-f]{40,64}\tHEAD$/m.test(text) }
}
