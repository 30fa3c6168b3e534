import type { WebSocket } from 'ws'
import type { EndReason } from '../../contract/stream-end.ts'
import type { Context } from '../context.ts'
import { Outbox } from '../debug/outbox.ts'
import type { DebugClient } from '../debug/serve-debug.ts'
import { connectedViewer } from '../debug/viewer-of.ts'
import { whileShared } from '../debug/while-shared.ts'
import { endOf } from '../live/end-of.ts'
import { whileAdmitted } from '../live/while-admitted.ts'
import type { Refusal } from '../outcome.ts'
import { endSocket } from '../websocket/end-socket.ts'
import { DapConversation } from './dap-conversation.ts'
import { importantOutput } from './dap-output.ts'
import type { EditorTarget } from './editor-target.ts'

/**
 * Serves one editor over a WebSocket, by the Debug Adapter Protocol, until it goes, lets go of the debuggee, its token
 * opens this no more, or the server stops. What it debugs stays as it is.
 */
export async function serveDap(
  socket: WebSocket,
  context: Context,
  client: DebugClient & { readonly editor: EditorTarget },
): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>()
  const ending = new AbortController()
  const { watches } = client.editor
  const by = connectedViewer(client.caller, watches ? 'watch' : client.role)
  const finish = (why: EndReason | Refusal | 'gone'): void => {
    if (ending.signal.aborted) return
    ending.abort()
    socket.resume()
    if (why !== 'gone') {
      if (typeof why !== 'string') conversation.tell(importantOutput(why.detail))
      endSocket(socket, endOf(why), 'none')
    }
    resolve()
  }
  const outbox = new Outbox(socket, context.limits.slowReader, () => finish('slow_reader'))
  const conversation = new DapConversation({
    ...{ context, finish, client: { ...client, by, gone: ending.signal } },
    send: (kind, text) => outbox.send(kind, text),
  })
  using _here = context.viewers.enter(client.session.id, by)
  using _ = whileAdmitted(context, watches ? 'debug.list' : 'debug.launch', client.caller, finish)
  using _role = whileShared(context, client, client.caller, finish)
  const stopping = () => finish('server_stopping')
  const gone = () => finish('gone')
  context.stopping.addEventListener('abort', stopping, { once: true })
  client.gone.addEventListener('abort', gone, { once: true })
  if (client.gone.aborted) gone()
  if (context.stopping.aborted) stopping()
  socket.on('message', (data, isBinary) => void conversation.take(isBinary ? undefined : `${data}`))
  await over
  context.stopping.removeEventListener('abort', stopping)
  conversation[Symbol.dispose]()
}
