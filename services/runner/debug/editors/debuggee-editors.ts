import type { ViewerId } from '../../../contract/ids.ts'
import { BreakpointClaims } from './breakpoint-claims.ts'

/** What editors have to do with one debuggee: which have been told of it, which are at it, and whose breakpoints it has. */
export class DebuggeeEditors {
  readonly claims: BreakpointClaims
  readonly told = new Set<ViewerId>()
  readonly here = new Set<ViewerId>()

  constructor(claims = new BreakpointClaims()) {
    this.claims = claims
  }
}
