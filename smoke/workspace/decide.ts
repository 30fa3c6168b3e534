import { dirname } from 'node:path'

/** What there is where a workspace is to be. */
export type Found =
  | { readonly kind: 'absent' }
  | { readonly kind: 'no_directory' }
  | { readonly kind: 'in_use' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'marked' }
  | { readonly kind: 'foreign' }

export type Wish = {
  readonly path: string
  readonly reuse: boolean
  /** Replace what is there though it is none of the harness's. */
  readonly force: boolean
}

export type Decision =
  | { readonly kind: 'make' }
  /** An empty directory, which is not removed and made anew: it may be a mount, or have modes of its own. */
  | { readonly kind: 'take' }
  | { readonly kind: 'reuse' }
  /** `foreign`: what is there is none of the harness's, and --force-workspace says to remove it. */
  | { readonly kind: 'replace'; readonly foreign: boolean }
  | { readonly kind: 'refuse'; readonly message: string; readonly fix: string }

/** What becomes of the place for a workspace. Nothing that is not marked is ever overwritten without --force-workspace. */
export function decide(found: Found, { path, reuse, force }: Wish): Decision {
  switch (found.kind) {
    case 'absent':
      return { kind: 'make' }
    case 'empty':
      return { kind: 'take' }
    case 'marked':
      return reuse ? { kind: 'reuse' } : { kind: 'replace', foreign: false }
    case 'in_use':
      return {
        kind: 'refuse',
        message: `another smoke is at work in ${path}`,
        fix: 'wait until it has ended, or name another --workspace',
      }
    case 'no_directory':
      return {
        kind: 'refuse',
        message: `${path} is no directory`,
        fix: 'name a directory, or one that is not there yet',
      }
    case 'foreign':
      if (force && dirname(path) === '/')
        return {
          kind: 'refuse',
          message: `${path} is a directory of the system, and not empty: no --workspace takes its place`,
          fix: 'name another --workspace, or empty it yourself',
        }
      return force
        ? { kind: 'replace', foreign: true }
        : {
            kind: 'refuse',
            message: `${path} is not empty, and no workspace of this harness`,
            fix: 'name another --workspace, or add --force-workspace to have all of it removed',
          }
  }
}
