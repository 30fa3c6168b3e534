import { commandHasEnded } from '../../../services/contract/command-state.ts'
import type { LogStream } from '../../../services/contract/log-message.ts'
import type { Command } from '../../../services/contract/resources.ts'
import type { ToolCall } from '../tool-call.ts'
import { commandsOf, openCommand, type Place, streamsOf } from './place.ts'

/** Below the time after which clients give a call up, and every proxy a silent connection. */
const patience = 20_000

/** How often a client is told that there is nothing yet, in milliseconds. */
const tellEvery = 2_000

/** Resolves once a command has written past this place, or has ended; or when the patience is over. */
export async function untilMore(place: Place, call: ToolCall): Promise<void> {
  const open = openCommand(await commandsOf(place, call))
  if (open === undefined || place.at !== open.id) return
  const over = new AbortController()
  const late = setTimeout(() => over.abort(), patience)
  const began = performance.now()
  const telling = setInterval(() => {
    const progress = Math.round((performance.now() - began) / 1_000)
    call.tell?.({
      progress,
      total: patience / 1_000,
      message: `the command ${open.id} has written nothing more`,
    })
  }, tellEvery)
  const signal = AbortSignal.any([call.signal, over.signal])
  try {
    await Promise.race(
      streamsOf(place).map(stream => firstNews(open, stream, place[stream], { ...call, signal })),
    )
  } catch (error) {
    if (!over.signal.aborted) throw error
  } finally {
    clearTimeout(late)
    clearInterval(telling)
    over.abort()
  }
  call.signal.throwIfAborted()
}

async function firstNews(
  { session, id }: Command,
  stream: LogStream,
  offset: number,
  { client, signal }: ToolCall,
): Promise<void> {
  const messages = client.sessions.logs({ session, command: id, stream, offset, follow: true }, { signal })
  for await (const message of messages)
    if (message.type !== 'command' || commandHasEnded(message.status)) return
}
