/** Where a server listens. */
export type ListenOn = {
  readonly host: string
  /** 0 takes any that is free. */
  readonly port: number
  /** The descriptor of a socket that listens there already, and is taken over. */
  readonly fd?: number | undefined
}

/** By which a program is told of the sockets that it takes over, such as `plain:5,secure:6`: see take_listeners.py. */
const variable = 'DEBUG_SERVER_LISTENERS'

/**
 * The descriptors of the listening sockets that this process has been started with, by name. What this process starts
 * hears nothing of them: Node has what it inherits closed there.
 */
export function inheritedListeners(
  environment: Record<string, string | undefined>,
): Readonly<Record<string, number | undefined>> {
  const given = environment[variable]
  delete environment[variable]
  if (given === undefined) return {}
  return Object.fromEntries(
    given.split(',').map(text => {
      const [, name, descriptor] = /^([a-z]+):(\d{1,5})$/.exec(text) ?? []
      if (name === undefined) throw new Error(`${variable} names no descriptors: ${given}`)
      return [name, Number(descriptor)]
    }),
  )
}
