import { toInstant } from '../../../lib/clock.ts'
import { portIn } from '../../contract/app-name.ts'
import { type AppPlace, appOrigin, enterPath } from '../../contract/app-origin.ts'
import type { App } from '../../contract/app-resources.ts'
import { commandHasEnded } from '../../contract/command-state.ts'
import { appStatusOf } from '../../store/app-state.ts'
import { requestCancel } from '../../store/commands.ts'
import { type SessionJoined, toCommand } from '../../store/rows.ts'
import type { CommandRow } from '../../store/schema.ts'
import { listInstances } from '../../store/service-instances.ts'
import { lastOfApp, lastOfApps, queueApp } from '../../store/session-apps.ts'
import { createTicket, mostTickets } from '../../store/tickets.ts'
import { commandLimits } from '../command-limits.ts'
import type { Context } from '../context.ts'
import { holdUntilSettled } from '../hold.ts'
import { done, type Outcome, refuse } from '../outcome.ts'
import { tell } from '../tell.ts'
import { findSession } from './find.ts'
import type { Call, Handlers } from './handler.ts'
import { now } from './now.ts'

/** How long the address of an app is good for: a person may have to copy it first. In milliseconds. */
const openLife = 300_000

type Names = 'apps.list' | 'apps.get' | 'apps.start' | 'apps.stop' | 'apps.open'

export const appHandlers = (context: Context): Pick<Handlers, Names> => ({
  'apps.list': async ({ session }, { caller }) => {
    const found = await findSession(context, session, caller)
    if (!found.ok) return found
    const last = await lastOfApps(context.store, found.value.id)
    return done(
      [...context.apps.declared.keys()].map(name => toApp(context, found.value, name, last.get(name))),
    )
  },

  'apps.get': async (input, call) => {
    if (portIn(input.app) !== undefined) {
      const found = await findSession(context, input.session, call.caller)
      return found.ok
        ? done({ ...toApp(context, found.value, input.app, undefined), status: 'unknown' })
        : found
    }
    const found = await findApp(context, input, call)
    if (!found.ok) return found
    const { session, app } = found.value
    return done(toApp(context, session, app, await lastOfApp(context.store, session.id, app)))
  },

  'apps.start': async (input, call) => {
    const found = await findApp(context, input, call)
    if (!found.ok) return found
    const { session, app } = found.value
    const settings = context.apps.declared.get(app)
    const limits = commandLimits({}, context.commands)
    if (!limits.ok) return limits
    if (settings === undefined) return noSuchApp(context, app)
    const { command, environment } = settings
    const wanted = { session: session.id, app, command, environment, limits: limits.value, now: now(context) }
    const row = await queueApp(context.store, wanted, () => true)
    if (row === undefined) return refuse('session_ended', `the session ${session.id} takes no more commands`)
    tell(context, { session: row.session_id, command: row.id })
    const settled = (status: App['status']) => status !== 'starting'
    return done(toApp(context, session, app, await held(context, row, input.wait, call, settled)))
  },

  'apps.stop': async (input, call) => {
    const found = await findApp(context, input, call)
    if (!found.ok) return found
    const { session, app } = found.value
    const row = await lastOfApp(context.store, session.id, app)
    if (row === undefined || commandHasEnded(row.status)) return done(toApp(context, session, app, row))
    await requestCancel(context.store, row.id, now(context))
    tell(context, { session: row.session_id, command: row.id })
    const settled = (status: App['status']) => status === 'stopped' || status === 'failed'
    return done(toApp(context, session, app, await held(context, row, input.wait, call, settled)))
  },

  'apps.open': async (input, call) => {
    const found = await (portIn(input.app) === undefined
      ? findApp(context, input, call)
      : findPort(context, input, call))
    if (!found.ok) return found
    const { session, app } = found.value
    const origin = await originOf(context, { session: session.id, app })
    if (origin === undefined) return refuse('not_ready', 'no proxy runs, and apps are opened through it')
    const instant = context.clock.now()
    const expires_at = toInstant(instant + openLife)
    const { id: credential, user_id: user } = call.caller.credential
    const target = { stream: 'app', session: session.id, command: null, app } as const
    const ticket = await createTicket(context.store, {
      ...{ user, credential, target, now: toInstant(instant), expires_at },
    })
    if (ticket === undefined)
      return refuse(
        'ticket_limit',
        `${mostTickets} tickets of this user wait for their use, as many as there may be`,
      )
    return done({ url: `${origin}${enterPath}?ticket=${ticket}`, expires_at })
  },
})

/** Undefined where no proxy runs that could tell. */
async function originOf({ store, apps }: Context, place: AppPlace): Promise<string | undefined> {
  const { origins } = apps
  if (origins !== '') return appOrigin(place, origins)
  const proxy = (await listInstances(store)).findLast(({ service }) => service === 'proxy')
  return proxy && appOrigin(place, '', proxy.address)
}

type Found = { readonly session: SessionJoined; readonly app: string }

async function findApp(
  context: Context,
  { session, app }: { session: string; app: string },
  { caller }: Call,
): Promise<Outcome<Found>> {
  const found = await findSession(context, session, caller)
  if (!found.ok) return found
  return context.apps.declared.has(app) ? done({ session: found.value, app }) : noSuchApp(context, app)
}

/** A port, if a program of the session listens on it: as its runner finds out by going there. */
async function findPort(
  context: Context,
  { session, app }: { session: string; app: string },
  { caller, gone }: Call,
): Promise<Outcome<Found>> {
  const found = await findSession(context, session, caller)
  if (!found.ok) return found
  const signal = AbortSignal.any([gone, context.givingUp])
  const dialled = await context.runner.tunnel(
    { session: found.value.id, target: { port: Number(app) } },
    signal,
  )
  if (dialled.ok) {
    dialled.value.destroy()
    return done({ session: found.value, app })
  }
  return dialled.code === 'not_found' ? refuse('app_unreachable', dialled.detail) : dialled
}

function noSuchApp({ apps }: Context, app: string) {
  const known = [...apps.declared.keys()].join(', ')
  return refuse(
    'app_not_found',
    `no app is called ${app} here; ${known === '' ? 'there are none' : `${known} are`}`,
  )
}

const toApp = (
  { apps }: Context,
  { id: session }: Pick<SessionJoined, 'id'>,
  name: string,
  last: CommandRow | undefined,
): App => ({
  ...{ name, session, status: appStatusOf(last) },
  command: last?.id ?? null,
  exit_code: last?.exit_code ?? null,
  failure: last === undefined ? null : toCommand(last).failure,
  idle_seconds: apps.declared.get(name)?.idle_seconds ?? 0,
  started_at: last?.started_at ?? null,
  ready_at: last?.app_ready_at ?? null,
  ended_at: last?.ended_at ?? null,
})

const held = (
  { store, changes, stopping }: Context,
  row: CommandRow,
  seconds: number,
  { gone }: Call,
  settled: (status: App['status']) => boolean,
): Promise<CommandRow | undefined> =>
  holdUntilSettled({
    changes,
    row: { session: row.session_id, command: row.id },
    load: () => lastOfApp(store, row.session_id, row.app ?? ''),
    settled: last => settled(appStatusOf(last)),
    seconds,
    signals: [gone, stopping],
  })
