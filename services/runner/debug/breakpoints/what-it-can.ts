import { didYouMean } from '../../../../lib/suggest.ts'
import type { BreakpointWish } from '../../../contract/debug-breakpoints.ts'
import type { Capabilities } from '../dap-messages.ts'

/** Why this debugger cannot have such a breakpoint; undefined where it can. `counts`: whether hits are counted for it. */
export function whyNot(wish: BreakpointWish, capabilities: Capabilities, engine: string): string | undefined {
  const lacks = (what: string) => `this debugger (${engine}) has no ${what}`
  switch (wish.kind) {
    case 'line':
      if (wish.log_message !== undefined && !capabilities.supportsLogPoints) return lacks('logpoints')
      break
    case 'function':
      if (!capabilities.supportsFunctionBreakpoints) return lacks('function breakpoints')
      break
    case 'data':
      if (!capabilities.supportsDataBreakpoints) return lacks('data breakpoints')
      break
    case 'exception':
      return whyNoException(wish, capabilities, engine)
  }
  return wish.condition !== undefined && !capabilities.supportsConditionalBreakpoints
    ? lacks('conditional breakpoints')
    : undefined
}

function whyNoException(
  { filter, condition }: Extract<BreakpointWish, { kind: 'exception' }>,
  { exceptionBreakpointFilters, supportsExceptionFilterOptions }: Capabilities,
  engine: string,
): string | undefined {
  const known = exceptionBreakpointFilters.find(one => one.filter === filter)
  if (known === undefined) {
    const names = exceptionBreakpointFilters.map(one => one.filter)
    const hint = didYouMean(filter, names)
    const there = names.length === 0 ? 'it has none' : `there are ${names.join(', ')}`
    return `this debugger (${engine}) has no exception filter ${JSON.stringify(filter)}; ${hint ?? there}`
  }
  const takesCondition = supportsExceptionFilterOptions && known.supportsCondition
  return condition === undefined || takesCondition
    ? undefined
    : `this debugger (${engine}) takes no condition with the exception filter ${filter}`
}
