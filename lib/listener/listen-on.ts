/** Where a server listens. */
export type ListenOn = {
  readonly host: string
  /** 0 takes any that is free. */
  readonly port: number
  /** The descriptor of a socket that listens there already, and is taken over. */
  readonly fd?: number | undefined
}

/** By which a program is told of a socket that it takes over: see take_listener.py. */
const variable = 'DEBUG_SERVER_LISTENER'

/**
 * The descriptor of the listening socket that this process has been started with, if any. What this process starts
 * hears nothing of it: Node has what it inherits closed there.
 */
export function inheritedListener(environment: Record<string, string | undefined>): number | undefined {
  const given = environment[variable]
  delete environment[variable]
  if (given === undefined) return undefined
  if (!/^\d{1,5}$/.test(given)) throw new Error(`${variable} is no descriptor: ${given}`)
  return Number(given)
}
