import { untilStop } from '../until-stop.ts'
import type { Act } from '../words/words.ts'

const launch = untilStop('debug.launch')

/** With a function to stop at, where one was named. */
export const act: Act<'debug.launch'> = async (input, context) => {
  const name = context.extras.get('function')
  const { act: launched } = await launch()
  if (typeof name !== 'string') return launched(input, context)
  const breakpoints = [...(input.breakpoints ?? []), { kind: 'function' as const, name }]
  return launched({ ...input, breakpoints }, context)
}
