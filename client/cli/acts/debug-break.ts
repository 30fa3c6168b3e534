import { breakpointWish } from '../../../services/contract/debug-breakpoints.ts'
import { issueMessage } from '../../../services/contract/issue-message.ts'
import type { Input } from '../../sdk/operation-types.ts'
import { CliError, usageError } from '../cli-error.ts'
import { exitCodes } from '../exit-codes.ts'
import { hint } from '../hint.ts'
import { print } from '../print.ts'
import { abridged } from '../render/abridged.ts'
import { renderBreakpoints } from '../render/breakpoints.ts'
import type { Act, ActContext } from '../words/words.ts'

type Asked = NonNullable<Input<'debug.break'>['breakpoints']>[number]

/** Adds breakpoints, takes them away, or lists them: in any case all that there are are shown. */
export const act: Act<'debug.break'> = async (input, context) => {
  const breakpoints = breakpointsOf(input.breakpoints ?? [], context.extras)
  for (const wish of breakpoints) requireSound(wish)
  const all = await context.client.debug.break({ ...input, breakpoints })
  await print(context, all, renderBreakpoints)
  if (breakpoints.length === 0 && (input.ids ?? []).length === 0 && input.remove === true)
    await hint(context, 'nothing was taken away: name what to remove, as FILE:LINE or by --id')
  return exitCodes.success
}

/** By which flag each member of a breakpoint is given. */
const flagOf: Readonly<Record<string, string>> = {
  condition: 'if',
  hit_condition: 'hits',
  log_message: 'log',
  name: 'function',
  filter: 'exception',
  expression: 'data',
  at: 'text',
}

/** What the contract says of one, in the words of the command line. */
function requireSound(wish: Asked): void {
  const { error } = breakpointWish.safeParse(wish)
  const [issue] = error?.issues ?? []
  if (issue === undefined) return
  const member = typeof wish === 'string' ? 'at' : String(issue.path[0])
  const given = typeof wish === 'string' ? wish : Object.entries(wish).find(([name]) => name === member)?.[1]
  const text = typeof given === 'string' ? ` "${abridged(given)}"` : ''
  throw usageError(`--${flagOf[member] ?? member}${text}: ${issueMessage(issue)}`)
}

/** What was typed as the contract has it; the conditions are those of all that is named. */
function breakpointsOf(places: readonly Asked[], extras: ActContext['extras']): Asked[] {
  const given = (name: string): string | undefined => {
    const value = extras.get(name)
    return typeof value === 'string' ? value : undefined
  }
  const condition = given('if')
  const hits = given('hits')
  const log = given('log')
  const when = {
    ...(condition === undefined ? {} : { condition }),
    ...(hits === undefined ? {} : { hit_condition: hits }),
  }
  const only = (flag: string, value: string | undefined, what: string) => {
    if (value !== undefined)
      throw new CliError('usage', exitCodes.usage, `--${flag} is for ${what}`, { fix: undefined })
  }
  const lines = [...places, ...quoted(given('text'))].map(
    (at): Asked =>
      typeof at !== 'string' || (Object.keys(when).length === 0 && log === undefined)
        ? at
        : { kind: 'line', at, ...when, ...(log === undefined ? {} : { log_message: log }) },
  )
  const name = given('function')
  const filter = given('exception')
  const expression = given('data')
  const all: Asked[] = [
    ...lines,
    ...(name === undefined ? [] : [{ kind: 'function' as const, name, ...when }]),
    ...(filter === undefined
      ? []
      : [{ kind: 'exception' as const, filter, ...(condition === undefined ? {} : { condition }) }]),
    ...(expression === undefined ? [] : [{ kind: 'data' as const, expression, ...when }]),
  ]
  if (lines.length === 0) only('log', log, 'lines: name one as FILE:LINE')
  if (all.length === 0) {
    only('if', condition, 'what is named with it: a line, a function, an exception or data')
    only('hits', hits, 'what is named with it: a line, a function or data')
  }
  return all
}

/** `FILE:TEXT` as the contract has it. */
function quoted(text: string | undefined): string[] {
  if (text === undefined) return []
  const colon = text.indexOf(':')
  if (colon > 0 && colon < text.length - 1) return [`${text.slice(0, colon)}:"${text.slice(colon + 1)}"`]
  throw new CliError('usage', exitCodes.usage, `--text ${JSON.stringify(text)}: expected FILE:TEXT`, {
    fix: "such as --text 'app.py:return total'",
  })
}
