import {
  type Breakpoint,
  type BreakpointWish,
  wishAgain,
  wishOf,
} from '../../../services/contract/debug-breakpoints.ts'

/** When a breakpoint is to stop, from now on: null of either: always. */
export type When = { readonly condition: string | null } | { readonly hit_condition: string | null }

/** A breakpoint that there is, asked for again with that; undefined where it cannot have it. */
export function wishAnew(breakpoint: Breakpoint, when: When): BreakpointWish | undefined {
  if ('hit_condition' in when && breakpoint.kind === 'exception') return undefined
  const changed: Breakpoint = { ...breakpoint, ...when }
  if (changed.kind !== 'data') {
    const again = wishAgain(changed)
    return again === undefined ? undefined : wishOf(again)
  }
  const { kind, expression, access_type, condition, hit_condition } = changed
  return {
    ...{ kind, expression, access_type, frame: 0 },
    ...(condition === null ? {} : { condition }),
    ...(hit_condition === null ? {} : { hit_condition }),
  }
}
