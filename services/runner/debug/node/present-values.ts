import { type CallFrame, evaluatedSchema, type RemoteObject } from './cdp-messages.ts'
import type { Target } from './target.ts'

/** `arguments` and `this` as well: both can be read by their names. */
const isName = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u

/**
 * An object of what these names mean in a frame now, for the inspector tells the variables of a scope as they were when the
 * thread stopped. Without a name whose value cannot be read; undefined where none can.
 */
export async function presentValues(
  target: Target,
  { callFrameId }: CallFrame,
  names: readonly string[],
): Promise<RemoteObject | undefined> {
  const { result, exceptionDetails } = await target.connection.send(
    'Debugger.evaluateOnCallFrame',
    { callFrameId, expression: reading(names.filter(name => isName.test(name))), silent: true },
    evaluatedSchema,
  )
  return exceptionDetails === undefined ? result : undefined
}

/** One that is not initialized yet, or that the program has not kept, throws. */
function reading(names: readonly string[]): string {
  let into = 'into'
  while (names.includes(into)) into += '_'
  const reads = names.map(name => `try { ${into}[${JSON.stringify(name)}] = ${name} } catch {}`)
  return `(${into} => { ${reads.join('\n')}\nreturn ${into} })({ __proto__: null })`
}
