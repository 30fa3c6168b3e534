import type { WebSocket } from 'ws'
import type { ProblemDocument } from '../../contract/problems.ts'
import type { EndReason } from '../logs/log-event.ts'
import { isWhole } from '../logs/log-format.ts'

type End = { readonly reason: EndReason; readonly problem?: ProblemDocument | undefined }

/**
 * Says `message`, if there is one, as the last frame and closes; cuts a client that takes none of it within `linger`
 * milliseconds. The close frame's reason is that of the end, its code (RFC 6455, section 7.4):
 *
 *     1000  complete, session_ended, session_deleted: everything was told
 *     1001  server_stopping: connect again
 *     1008  slow_reader; or problem, where the token is no longer good for this
 *     1011  problem: the server made a mistake, or the store was busy for too long
 */
export function endSocket(socket: WebSocket, end: End, message: string | undefined, linger: number): void {
  if (socket.readyState !== socket.OPEN) return
  if (message !== undefined) socket.send(message)
  socket.close(closeCode(end), end.reason)
  const timer = setTimeout(() => socket.terminate(), linger)
  socket.once('close', () => clearTimeout(timer))
}

function closeCode({ reason, problem }: End): number {
  if (isWhole(reason)) return 1000
  if (reason === 'server_stopping') return 1001
  return reason === 'slow_reader' || (problem !== undefined && problem.status < 500) ? 1008 : 1011
}
