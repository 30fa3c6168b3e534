import { show } from './condition.ts'

/**
 * What traced functions are told by, as functions of the binding: at the beginning and where one returns, each with the time and
 * how many calls lie on the stack, by which the two are brought together. They answer whether to stop: at the beginning until it is
 * known where it returns, and where it returns for the result. What it needs is kept from before the program could change it.
 */
export const installing = (binding: string): string => `(B => {
  if (B === undefined || B.begins !== undefined) return
  const { stringify } = JSON, { timeOrigin } = performance, now = performance.now.bind(performance)
  const Base = Error, show = ${show}
  const depth = () => {
    const { stackTraceLimit, prepareStackTrace } = Base
    try {
      Base.stackTraceLimit = Infinity
      Base.prepareStackTrace = (_, calls) => calls.length
      return new Base().stack
    } finally {
      Base.stackTraceLimit = stackTraceLimit
      Base.prepareStackTrace = prepareStackTrace
    }
  }
  const told = ([name, read]) => {
    try { return [name, show(read())] } catch (error) { return [name, '<' + error + '>'] }
  }
  const known = new Set()
  B.begins = (key, given) => {
    const stops = !known.has(key) && B.steps !== true
    B(stringify(['begins', key, timeOrigin + now(), depth(), given.map(told), stops]))
    return stops
  }
  B.knows = key => {
    known.add(key)
    return timeOrigin + now()
  }
  B.returns = key => {
    B(stringify(['returns', key, timeOrigin + now(), depth(), B.steps !== true]))
    return B.steps !== true
  }
})(globalThis[${JSON.stringify(binding)}])`

const isName = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u

/** The conditions of the breakpoints at the beginning of a function, and where it returns. */
export const beginsAt = (binding: string, key: number, parameters: readonly string[]): string => {
  const given = parameters.filter(name => isName.test(name)).map(name => `['${name}', () => ${name}]`)
  return `${binding}.begins?.(${key}, [${given.join(', ')}]) ?? false`
}
export const returnsAt = (binding: string, key: number): string => `${binding}.returns?.(${key}) ?? false`

/** It is known where a function returns, as far as it can be: the time of the thread, in milliseconds since 1970. */
export const knowing = (binding: string, key: number): string => `${binding}.knows(${key})`

/** Whether threads are being stepped: then nothing stops them for a result. */
export const stepping = (binding: string, steps: boolean): string => `${binding}.steps = ${steps}`

/** The text of an object, as a function of it. */
export const showing = `function () { return ${show}(this) }`
