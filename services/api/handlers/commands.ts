import { z } from 'zod'
import { newCommandInput } from '../../contract/command-input.ts'
import { commandHasEnded } from '../../contract/command-state.ts'
import type { SessionId } from '../../contract/ids.ts'
import type { Command } from '../../contract/resources.ts'
import { getCommand, listCommands, requestCancel } from '../../store/commands.ts'
import { queueAgain, queueCommand } from '../../store/new-command.ts'
import { toCommand } from '../../store/rows.ts'
import type { CommandRow } from '../../store/schema.ts'
import { askTerminal } from '../ask-terminal.ts'
import { commandLimits } from '../command-limits.ts'
import type { Context } from '../context.ts'
import { holdUntilSettled } from '../hold.ts'
import { done, type Outcome, refuse } from '../outcome.ts'
import { page } from '../page.ts'
import { tell } from '../tell.ts'
import { findCommand, findCommandsOf, findSession } from './find.ts'
import type { Call, Handlers } from './handler.ts'
import { now } from './now.ts'

type Names =
  | ('commands.run' | 'commands.list' | 'commands.get' | 'commands.cancel' | 'commands.rerun')
  | ('commands.input' | 'commands.resize')
type Named = Pick<CommandRow, 'id' | 'session_id'>

export const commandHandlers = (context: Context): Pick<Handlers, Names> => ({
  'commands.run': async (input, call) => {
    const session = await findSession(context, input.session, call.caller)
    if (!session.ok) return session
    const after = await findCommandsOf(context, session.value, input.after)
    if (!after.ok) return after
    const limits = commandLimits(input, context.commands)
    if (!limits.ok) return limits
    const row = await queueCommand(context.store, {
      session: session.value.id,
      command: input.command,
      directory: input.directory,
      environment: input.environment,
      timeout: input.timeout ?? null,
      after: after.value.map(row => row.id),
      merge: input.merge,
      ...newCommandInput(input),
      limits: limits.value,
      idempotent: input.idempotent,
      artifacts: input.artifacts,
      now: now(context),
    })
    return queued(context, row, session.value.id, input.wait, call)
  },

  'commands.list': async (input, { caller }) => {
    const session = await findSession(context, input.session, caller)
    if (!session.ok) return session
    return page(
      input,
      bySequence,
      (after, limit) => listCommands(context.store, session.value.id, { after, limit, apps: false }),
      toCommand,
    )
  },

  'commands.get': async (input, call) => {
    const found = await findCommand(context, input.command, call.caller)
    if (!found.ok) return found
    if (input.wait === 0) return done(toCommand(found.value))
    return commandOr404(await untilEnded(context, found.value, input.wait, call.gone))
  },

  'commands.cancel': async (input, { caller, gone }) => {
    const found = await findCommand(context, input.command, caller)
    if (!found.ok) return found
    if (!commandHasEnded(found.value.status)) {
      await requestCancel(context.store, found.value.id, now(context))
      tell(context, { session: found.value.session_id, command: found.value.id })
    }
    return commandOr404(await untilEnded(context, found.value, input.wait, gone))
  },

  'commands.rerun': async (input, call) => {
    const found = await findCommand(context, input.command, call.caller)
    if (!found.ok) return found
    const row = await queueAgain(context.store, found.value, now(context))
    return queued(context, row, found.value.session_id, input.wait, call)
  },

  'commands.input': async (input, { caller, gone }) => {
    const found = await findCommand(context, input.command, caller)
    if (!found.ok) return found
    const base64 = input.base64 ?? Buffer.from(input.text ?? '').toString('base64')
    return askTerminal(context, 'commands.input', found.value, { kind: 'type', base64 }, gone)
  },

  'commands.resize': async ({ columns, rows, ...input }, { caller, gone }) => {
    const found = await findCommand(context, input.command, caller)
    if (!found.ok) return found
    return askTerminal(context, 'commands.resize', found.value, { kind: 'resize', columns, rows }, gone)
  },
})

const bySequence = { key: z.int(), keyOf: ({ sequence }: CommandRow) => sequence }

/** What to say of a command that has been queued, if it has. */
async function queued(
  context: Context,
  row: CommandRow | undefined,
  session: SessionId,
  seconds: number,
  call: Call,
): Promise<Outcome<Command>> {
  if (row === undefined) return refuse('session_ended', `the session ${session} takes no more commands`)
  tell(context, { session: row.session_id, command: row.id })
  if (seconds === 0) return done(toCommand(row))
  return commandOr404(await untilEnded(context, row, seconds, call.gone))
}

const untilEnded = (
  { store, changes, stopping }: Context,
  command: Named,
  seconds: number,
  gone: AbortSignal,
): Promise<CommandRow | undefined> =>
  holdUntilSettled({
    changes,
    row: { session: command.session_id, command: command.id },
    load: () => getCommand(store, command.id),
    settled: row => row === undefined || commandHasEnded(row.status),
    seconds,
    signals: [gone, stopping],
  })

const commandOr404 = (row: CommandRow | undefined): Outcome<Command> =>
  row === undefined ? refuse('command_not_found', 'its session has been deleted') : done(toCommand(row))
