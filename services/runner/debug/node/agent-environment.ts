import { join } from 'node:path'

export const agentFile = join(import.meta.dirname, 'agent.cjs')

/** As the words of NODE_OPTIONS are written. */
const required = `--require "${agentFile.replaceAll(/["\\]/g, '\\$&')}"`

/** Has a program, and where it `follows` every program of Node that it starts, come to this socket before it begins. */
export const agentEnvironment = (socket: string, options = '', follows = true): Record<string, string> => ({
  NODE_OPTIONS: `${required} ${options}`.trimEnd(),
  DEBUG_SERVER_NODE: socket,
  DEBUG_SERVER_CHILDREN: follows ? 'follow' : 'ignore',
})

/** Whether a program came to a socket, by its variables, empty where they are not set. What was started with NODE_OPTIONS of its own, as by scripts of npm, did not. */
export const cameWithAgent = (variable: (name: string) => string): boolean =>
  variable('DEBUG_SERVER_NODE') !== '' && variable('NODE_OPTIONS').includes(required)
