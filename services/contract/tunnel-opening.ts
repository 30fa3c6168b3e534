import type { ProblemCode } from './problems.ts'
import { fromRunnerSchema } from './runner-messages.ts'
import type { ToRunnerTunnel } from './tunnel.ts'

/** What is said to a runner first on a connection that is to be a tunnel. */
export const tunnelLine = (asked: Omit<ToRunnerTunnel, 'type' | 'id'>): string =>
  JSON.stringify({ type: 'tunnel', id: 0, ...asked } satisfies ToRunnerTunnel)

export type TunnelRefusal = { readonly code: ProblemCode; readonly detail: string }

/** What a line of the runner's means for a connection that is to be a tunnel. Hints, which go to whoever is connected, may come before. */
export function judgeTunnelLine(line: string): 'open' | { refused: TunnelRefusal } | undefined {
  const message = messageOf(line)
  if (message?.type === 'tunnel_open') return 'open'
  return message?.type === 'refusal' ? { refused: { code: message.code, detail: message.detail } } : undefined
}

function messageOf(line: string) {
  try {
    return fromRunnerSchema.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
