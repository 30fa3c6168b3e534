import { z } from 'zod'
import type { Viewer } from '../../contract/debug-control.ts'
import type { DebugSession } from '../../contract/debug-resources.ts'
import type { DebugSessionJoined } from '../../store/debug-sessions.ts'
import { auditedCall } from '../audited-call.ts'
import type { Context } from '../context.ts'
import { endForAnother, launchAnew } from '../debug/launch-anew.ts'
import type { DebugClient } from '../debug/serve-debug.ts'
import type { Outcome } from '../outcome.ts'
import { asStored, launchForEditor, readLaunch } from './dap-launch.ts'

/** What an editor would say to `launch` or `attach` by now: somebody may have changed it since. */
const restartSchema = z.looseObject({
  arguments: z.record(z.string(), z.unknown()).nullish().catch(undefined),
})

type Restart = {
  readonly debug: Pick<DebugSession, 'id'>
  readonly root: string | null
  /** The editor has launched it: what it says of that now counts. */
  readonly launched: boolean
  readonly given: unknown
}

/**
 * Ends a debuggee, and launches another in its place that waits for the editor, with the breakpoints that there were. Where
 * the editor says what cannot be launched, nothing ends.
 */
export async function restartForEditor(
  context: Context,
  client: DebugClient & { readonly by: Viewer },
  { debug, root, launched, given }: Restart,
): Promise<Outcome<DebugSessionJoined>> {
  const { session, caller, address, by, gone } = client
  const call = { by, gone, isPerson: true }
  const current = await asStored(context, debug)
  if (!current.ok) return current
  const { arguments: attributes } = restartSchema.safeParse(given ?? {}).data ?? {}
  if (launched && attributes != null) {
    const launch = readLaunch(client, attributes, root)
    if (!launch.ok) return launch
    const ended = await auditedCall(context, { caller, address }, 'debug.restart', () =>
      endForAnother(context, session, current.value, call),
    )
    if (!ended.ok) return ended
    return launchForEditor(context, client, { ...launch.value, breakpoints: ended.value.breakpoints })
  }
  const anew = await auditedCall(context, { caller, address }, 'debug.restart', () =>
    launchAnew(context, session, current.value, 0, call, true),
  )
  return anew.ok ? asStored(context, anew.value) : anew
}
