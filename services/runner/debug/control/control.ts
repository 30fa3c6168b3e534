import type { Viewer } from '../../../contract/debug-control.ts'
import type { ViewerId } from '../../../contract/ids.ts'

/**
 *     free ⇄ held by one viewer
 *
 * Who acts while it is free holds it, for `actedMs` after the act. Who takes it holds it for as long as they have said, and
 * so does who gets it from another. While an act of the holder is under way it does not end by itself. When it ends, it goes
 * to who has asked first.
 */
export type Control = { readonly kind: 'free' } | Held

export type Held = {
  readonly kind: 'held'
  readonly holder: Viewer
  readonly since: number
  readonly taken: boolean
  /** For how long its holder may do nothing, and since when they have done nothing. */
  readonly idleMs: number
  readonly idleSince: number
  /** How many acts of the holder are under way. */
  readonly acts: number
  readonly asking: readonly Asking[]
}

type Asking = { readonly viewer: Viewer; readonly until: number }

export type ControlTimes = {
  /** After an act of who has not taken it. */
  readonly actedMs: number
  /** For who gets it from another. */
  readonly givenMs: number
  /** How long a request for it stands. */
  readonly askedMs: number
}

export const usualTimes: ControlTimes = { actedMs: 15_000, givenMs: 60_000, askedMs: 600_000 }

/** How many may have asked. */
export const mostAsking = 16

export const free: Control = { kind: 'free' }

/** Undefined where another holds it. `isPerson`: see `givesWay`. */
export function begun(
  control: Control,
  by: Viewer,
  now: number,
  { actedMs }: ControlTimes,
  isPerson = false,
): Held | undefined {
  if (control.kind === 'held' && control.holder.id === by.id)
    return { ...control, holder: by, acts: control.acts + 1 }
  if (control.kind === 'held' && !(isPerson && givesWay(control, by))) return undefined
  return { ...heldBy(by, now, actedMs), taken: false, acts: 1 }
}

/** Who has only acted, and does not now, makes way for the session's owner who sits in front of an editor. */
const givesWay = ({ taken, acts }: Held, { role }: Viewer): boolean =>
  !taken && acts === 0 && role === 'owner'

/** An act is over. */
export function over(control: Control, by: Viewer, now: number): Control {
  if (control.kind === 'free' || control.holder.id !== by.id || control.acts === 0) return control
  return { ...control, acts: control.acts - 1, idleSince: now }
}

/** Whether this viewer may have it without being given it: it is free or theirs, or the session is. */
export const mayTake = (control: Control, by: Viewer): boolean =>
  control.kind === 'free' || control.holder.id === by.id || by.role === 'owner'

/** Whoever held it before. */
export function taken(control: Control, by: Viewer, now: number, idleMs: number): Held {
  const asking = control.kind === 'free' ? [] : without(control.asking, by.id)
  if (control.kind === 'held' && control.holder.id === by.id)
    return { ...control, taken: true, idleMs, idleSince: now, asking }
  return { ...heldBy(by, now, idleMs), asking }
}

/** Of who does not hold it: once more where they have asked already. Undefined where too many have. */
export function asked(control: Held, by: Viewer, now: number, { askedMs }: ControlTimes): Held | undefined {
  const others = without(control.asking, by.id)
  const place = control.asking.findIndex(({ viewer }) => viewer.id === by.id)
  if (others.length >= mostAsking) return undefined
  const asking = others.toSpliced(place < 0 ? others.length : place, 0, { viewer: by, until: now + askedMs })
  return { ...control, asking }
}

/** It ends: who has asked first holds it from now on. */
export function ended(control: Control, now: number, { givenMs }: ControlTimes): Control {
  if (control.kind === 'free') return free
  const [first, ...asking] = control.asking
  return first === undefined ? free : { ...heldBy(first.viewer, now, givenMs), asking }
}

/** Viewers have gone: what they held has ended, and they ask for nothing. */
export function gone(
  control: Control,
  isGone: (viewer: Viewer) => boolean,
  now: number,
  times: ControlTimes,
): Control {
  if (control.kind === 'free') return control
  const asking = control.asking.filter(({ viewer }) => !isGone(viewer))
  if (isGone(control.holder)) return ended({ ...control, asking }, now, times)
  return asking.length === control.asking.length ? control : { ...control, asking }
}

/** What has become of it by now. */
export function lapsed(control: Control, now: number, times: ControlTimes): Control {
  if (control.kind === 'free') return control
  const asking = control.asking.filter(({ until }) => until > now)
  const current = asking.length === control.asking.length ? control : { ...control, asking }
  return (endsAt(current) ?? Number.POSITIVE_INFINITY) <= now ? ended(current, now, times) : current
}

/** When its holder loses it by doing nothing; undefined while they do something. */
export const endsAt = ({ acts, idleSince, idleMs }: Held): number | undefined =>
  acts > 0 ? undefined : idleSince + idleMs

/** When it is to be looked at again. */
export const nextLook = (control: Held): number =>
  Math.min(endsAt(control) ?? Number.POSITIVE_INFINITY, ...control.asking.map(({ until }) => until))

const heldBy = (holder: Viewer, now: number, idleMs: number): Held => ({
  ...{ kind: 'held', holder, since: now, taken: true, idleMs, idleSince: now, acts: 0, asking: [] },
})

const without = (asking: readonly Asking[], id: ViewerId): readonly Asking[] =>
  asking.filter(({ viewer }) => viewer.id !== id)
