import { setTimeout as delay } from 'node:timers/promises'
import type { CommandId } from '../../../services/contract/ids.ts'
import type { Command } from '../../../services/contract/resources.ts'
import type { Client } from '../../sdk/client.ts'
import { exitCodes } from '../exit-codes.ts'
import { follow } from '../follow.ts'
import { hint } from '../hint.ts'
import type { ActContext } from '../words/words.ts'
import { oneAtATime } from './one-at-a-time.ts'
import type { OwnTerminal } from './own-terminal.ts'
import { Typist } from './typist.ts'

/** Ctrl+], as in telnet: no program asks for it often. */
const detachKey = 0x1d

/** How long keys before that one may take: a program that reads none of them holds nobody. In milliseconds. */
const lastKeysMs = 1_000

/** The pause between two looks whether a command that is queued has started, in milliseconds. */
const queuePauseMs = 250

/**
 * Connects this terminal with that of a command, until that has ended or the detach key is typed: its output here from its
 * beginning, every key and the size there. Ends with the command's exit code.
 */
export async function attach(
  context: ActContext,
  { id, session }: Command,
  own: OwnTerminal,
): Promise<number> {
  const { client, io } = context
  const detached = new AbortController()
  const signal = AbortSignal.any([io.signal, detached.signal])
  const started = untilStarted(client, id, signal)
  const typist = new Typist(
    async keys => {
      await started
      return (await client.commands.input({ command: id, base64: keys.toString('base64') }, { signal })).taken
    },
    () => io.stdout.write('\u0007'),
  )
  const resize = oneAtATime(async () => {
    await started
    await client.commands.resize({ command: id, ...own.size() }, { signal })
  })
  const keys = (typed: Buffer) => {
    const end = typed.indexOf(detachKey)
    if (end !== 0) typist.add(end === -1 ? typed : typed.subarray(0, end))
    if (end === -1) return
    const late = delay(lastKeysMs, undefined, { ref: false })
    void Promise.race([typist.settled(), late]).then(() => detached.abort())
  }
  await hint(context, `${id}; Ctrl+] leaves it running`)
  try {
    using _ = own.takeKeys(keys, resize)
    resize()
    return await follow({ ...context, io: { ...io, signal } }, { session, command: id })
  } catch (error) {
    if (!detached.signal.aborted) throw error
  }
  await hint(context, `\n${id} goes on: come back with "debug-server command get ${id} --attach"`)
  return exitCodes.success
}

/** What is typed before is typed then. */
async function untilStarted(client: Client, id: CommandId, signal: AbortSignal): Promise<void> {
  while ((await client.commands.get({ command: id }, { signal })).status === 'queued')
    await delay(queuePauseMs, undefined, { signal })
}
