import { once } from 'node:events'
import type { WebSocket } from 'ws'
import type { Answer } from './rig.ts'

/** What is answered to a handshake that is refused. */
export async function refusalOf(socket: WebSocket): Promise<Answer> {
  const [, answer] = await once(socket, 'unexpected-response')
  let text = ''
  for await (const chunk of answer) text += chunk
  return { status: answer.statusCode, headers: answer.headers, text }
}
