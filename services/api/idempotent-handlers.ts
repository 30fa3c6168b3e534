import type { KeyedName } from '../contract/keyed-operations.ts'
import { listDebugSessions } from '../store/debug-sessions.ts'
import type { Made } from '../store/idempotency-key.ts'
import { onlyOnce } from '../store/only-once.ts'
import { lookUpRepository } from '../store/repositories.ts'
import { toUser } from '../store/rows.ts'
import { getUser } from '../store/users.ts'
import type { Context } from './context.ts'
import type { AnswerOf, Call, CalledHandlers, Handlers } from './handlers/handler.ts'
import { done, type Outcome, type Refusal, refuse } from './outcome.ts'

/**
 * Has what makes something done once for each idempotency key. Who asks again is answered with what was made as it is by
 * now: a copy of the first answer would tell what is not so any more, and keep what is told only once.
 */
export function idempotentHandlers(context: Context, handlers: Handlers): Handlers {
  const once =
    <Input, Output>(
      operation: KeyedName,
      handler: (input: Input, call: Call) => Promise<Outcome<Output>>,
      again: (made: Made, input: Input, call: Call) => Promise<Outcome<Output>>,
      /** What another request has to have in common: no password, of which a quick hash would be kept. */
      common: (input: Input) => unknown = input => input,
    ) =>
    async (input: Input, call: Call): Promise<Outcome<Output>> => {
      const { idempotencyKey: key, caller } = call
      if (key === undefined) return handler(input, call)
      const request = {
        user: caller.credential.user_id,
        operation,
        key,
        input: common(input),
        now: () => context.clock.now(),
      }
      const result = await onlyOnce(context.store, request, () => handler(input, call))
      switch (result.outcome) {
        case 'done':
          return result.value
        case 'made':
          return again(result.made, input, call)
        case 'reused':
          return refuse(
            'idempotency_key_reused',
            'this Idempotency-Key stands for a request with another input: take a new key',
          )
      }
    }
  const keyed: { readonly [N in KeyedName]: CalledHandlers[N] } = {
    'repositories.add': once(
      'repositories.add',
      handlers['repositories.add'],
      async ({ repository: id }, { wait }, call) => {
        const row = id === undefined ? undefined : await lookUpRepository(context.store, id)
        if (row === undefined) return gone('repository_not_found', 'repository')
        return handlers['repositories.get']({ repository: row.name, wait }, call)
      },
    ),
    'sessions.create': once(
      'sessions.create',
      handlers['sessions.create'],
      async ({ session }, { wait }, call) => sessionAgain(handlers, session, wait, call),
    ),
    'sessions.get_or_create': once(
      'sessions.get_or_create',
      handlers['sessions.get_or_create'],
      async ({ session }, { wait }, call) => sessionAgain(handlers, session, wait, call),
    ),
    'commands.run': once('commands.run', handlers['commands.run'], async ({ command }, { wait }, call) =>
      commandAgain(handlers, command, wait, call),
    ),
    'commands.rerun': once(
      'commands.rerun',
      handlers['commands.rerun'],
      async ({ command }, { wait }, call) => commandAgain(handlers, command, wait, call),
    ),
    'debug.launch': once('debug.launch', handlers['debug.launch'], (made, { wait }, call) =>
      debugAgain(context, handlers, made, wait, call),
    ),
    'debug.restart': once('debug.restart', handlers['debug.restart'], (made, { wait }, call) =>
      debugAgain(context, handlers, made, wait, call),
    ),
    'debug.rerun': once('debug.rerun', handlers['debug.rerun'], (made, { wait }, call) =>
      debugAgain(context, handlers, made, wait, call),
    ),
    'tokens.create': once('tokens.create', handlers['tokens.create'], async ({ token }) =>
      toldOnce(`the token ${token}`),
    ),
    'users.create': once(
      'users.create',
      handlers['users.create'],
      async ({ user: id }) => {
        const row = id === undefined ? undefined : await getUser(context.store, id)
        return row === undefined ? gone('user_not_found', 'user') : done(toUser(row))
      },
      ({ password: _, ...rest }) => rest,
    ),
    'invites.create': once('invites.create', handlers['invites.create'], async ({ invite }) =>
      toldOnce(invite === undefined ? 'invites' : `the invite ${invite}`),
    ),
  }
  return { ...handlers, ...keyed }
}

const sessionAgain = async (
  handlers: Handlers,
  session: string | undefined,
  wait: number,
  call: Call,
): Promise<Outcome<AnswerOf<'sessions.create'>>> =>
  session === undefined
    ? gone('session_not_found', 'session')
    : handlers['sessions.get']({ session, wait }, call)

async function debugAgain(
  context: Context,
  handlers: Handlers,
  { session, command }: Made,
  wait: number,
  call: Call,
): Promise<Outcome<AnswerOf<'debug.status'>>> {
  const launched = session === undefined ? [] : await listDebugSessions(context.store, session)
  const debug = launched.find(({ row }) => row.id === command)?.id
  if (session === undefined || debug === undefined) return gone('debug_session_not_found', 'debug session')
  return handlers['debug.status']({ session, debug, wait }, call)
}

const commandAgain = async (
  handlers: Handlers,
  command: string | undefined,
  wait: number,
  call: Call,
): Promise<Outcome<AnswerOf<'commands.run'>>> =>
  command === undefined
    ? gone('command_not_found', 'command')
    : handlers['commands.get']({ command, wait }, call)

const gone = (code: Refusal['code'], what: string): Refusal =>
  refuse(code, `the ${what} that this request has made is gone`)

/** Its secret is stored nowhere, so that the answer of the first request cannot be given again. */
const toldOnce = (what: string): Refusal =>
  refuse(
    'secret_told_once',
    `this request has made ${what} before, and its secret is told once: revoke it where that was not received, and make another`,
  )
