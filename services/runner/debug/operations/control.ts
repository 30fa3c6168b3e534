import {
  type ControlAction,
  type DebugControl,
  type SeenViewer,
  type Viewer,
  viewerSchema,
} from '../../../contract/debug-control.ts'
import { viewerId } from '../../../contract/ids.ts'
import { actor } from '../control/acting.ts'
import { nameOf } from '../control/control-lease.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { Refusal } from '../refusal.ts'

export type ControlWanted = {
  action: ControlAction
  to?: string | undefined
  idle: number
  wait: number
}

export async function control(
  live: LiveDebugSession,
  { action, to, idle, wait }: ControlWanted,
): Promise<{ control: DebugControl | null; you: Viewer }> {
  const you = actor()
  if (you === undefined) throw new Error('control is asked for by somebody')
  await live.whenLaunched()
  switch (action) {
    case 'take':
      live.viewers.control.take(you, idle * 1_000)
      break
    case 'ask':
      await live.viewers.control.ask(you, wait * 1_000)
      break
    case 'pass':
      live.viewers.control.pass(you, asking =>
        to === undefined
          ? firstOf(asking)
          : named(to, [...asking, ...live.viewers.told().map(seen => viewerSchema.parse(seen))]),
      )
      break
    case 'release':
      live.viewers.control.release(you)
      break
  }
  return { control: live.viewers.control.view(), you }
}

export const viewers = async (live: LiveDebugSession): Promise<SeenViewer[]> => live.viewers.told()

function firstOf(asking: readonly Viewer[]): Viewer {
  const [first] = asking
  if (first !== undefined) return first
  throw new Refusal('viewer_not_found', 'nobody has asked for the control: name a viewer of debug.viewers')
}

/** By id or user. Who may only watch cannot have it. */
function named(to: string, viewers: readonly Viewer[]): Viewer {
  const byId = viewers.find(({ id }) => id === to || id === `${viewerId.prefix}_${to}`)
  const ofUser = new Map(viewers.filter(({ user }) => user === to).map(viewer => [viewer.id, viewer]))
  const [found, other] = byId === undefined ? ofUser.values() : [byId]
  if (found === undefined)
    throw new Refusal('viewer_not_found', `no viewer ${to} of this debug session; debug.viewers lists them`)
  if (other !== undefined)
    throw new Refusal(
      'viewer_not_found',
      `${to} watches more than once: name one of ${[...ofUser.values()].map(nameOf).join(', ')}`,
    )
  if (found.role !== 'watch') return found
  throw new Refusal('role_insufficient', `${nameOf(found)} may watch only`)
}
