import { isAbsolute, relative, resolve } from 'node:path'
import { isIn } from '../../../lib/is-in.ts'
import { type Contract, contract } from '../../contract/contract.ts'
import type { Viewer } from '../../contract/debug-control.ts'
import type { DebugSession } from '../../contract/debug-resources.ts'
import type { ParsedInputOf } from '../../contract/operation.ts'
import type { DebugSessionJoined } from '../../store/debug-sessions.ts'
import { getDebugSession } from '../../store/debug-sessions.ts'
import { auditedCall } from '../audited-call.ts'
import type { Context } from '../context.ts'
import { launchDebuggee } from '../debug/launch-debuggee.ts'
import type { DebugClient } from '../debug/serve-debug.ts'
import { readInput } from '../input.ts'
import { done, type Outcome, refuse } from '../outcome.ts'

/** What editors add to every `launch` of theirs, and what is theirs alone to heed. */
const ofEditors = new Set([
  ...['name', 'type', 'request', 'debugServer', 'presentation', 'noDebug', 'serverReadyAction'],
  ...['preLaunchTask', 'postDebugTask', 'internalConsoleOptions', 'suppressMultipleSessionWarning'],
])

type Given = Readonly<Record<string, unknown>>

type Launch = ParsedInputOf<Contract['debug.launch']>

/** What an editor's `launch` asks for: with the attributes of `debug.launch`, its files by the names that they have where it is. */
export function readLaunch(
  { session }: Pick<DebugClient, 'session'>,
  given: Given,
  root: string | null,
): Outcome<Launch> {
  if (given.noDebug === true)
    return refuse('invalid_input', 'noDebug: to run a program without a debugger, use command run')
  const attributes = Object.entries(given).filter(([name]) => !ofEditors.has(name) && !name.startsWith('__'))
  const body = { exceptions: 'never', ...atHome(Object.fromEntries(attributes), root), wait: 0 }
  return readInput(contract['debug.launch'], { path: { session: session.id }, query: {}, body })
}

/** Has that program launched. It runs when the editor has said where it is to stop. */
export async function launchForEditor(
  context: Context,
  { session, caller, address, by, gone }: DebugClient & { readonly by: Viewer },
  launch: Launch,
): Promise<Outcome<DebugSessionJoined>> {
  const launched = await auditedCall(context, { caller, address }, 'debug.launch', () =>
    launchDebuggee(context, session, launch, { by, gone }, true),
  )
  return launched.ok ? asStored(context, launched.value) : launched
}

/** A debug session as the store has it by now. */
export async function asStored(
  { store }: Context,
  { id }: Pick<DebugSession, 'id'>,
): Promise<Outcome<DebugSessionJoined>> {
  const found = await getDebugSession(store, id)
  return found === undefined ? refuse('session_not_found', 'the session has been deleted') : done(found)
}

/** Files below the editor's root, as they are named on the server: the directory from the top, others from the directory. */
function atHome(given: Given, root: string | null): Given {
  if (root === null) return given
  const named = (value: unknown, from: string): unknown =>
    typeof value === 'string' && isAbsolute(value) && isIn(resolve(value), root)
      ? relative(from, value) || '.'
      : value
  const directory = named(given.directory ?? '.', root)
  const from = typeof directory === 'string' ? resolve(root, directory) : root
  const others = Object.entries(given).map(([name, value]) => [name, named(value, from)])
  return { ...Object.fromEntries(others), directory }
}
