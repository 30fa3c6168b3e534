import type { CredentialId, SessionId, UserId } from '../contract/ids.ts'
import type { StreamTarget } from '../contract/stream-target.ts'
import { unaudited } from './audit-entry.ts'
import { createSecret, hashSecret } from './secret.ts'
import type { TicketRow } from './sign-in-rows.ts'
import type { Store } from './store.ts'

/** Tickets, each good for one use. In the store, so that whichever API process is asked knows them. */

/** How many of one user may wait for their use. */
export const mostTickets = 100

/** An app of a session, or a port of its programs. */
export type AppTarget = {
  readonly stream: 'app'
  readonly session: SessionId
  readonly command: null
  readonly app: string
}

export type NewTicket = {
  readonly user: UserId
  readonly credential: CredentialId
  readonly target: StreamTarget | AppTarget
  readonly now: string
  readonly expires_at: string
}

/**
 * The secret of a new ticket; undefined where the user has as many as there may be. It changes nothing that anybody has,
 * and one comes with every stream: the audit log is not pushed out by them.
 */
export function createTicket(store: Store, wanted: NewTicket): Promise<string | undefined> {
  const { user, credential, target, now, expires_at } = wanted
  const secret = createSecret('dtk')
  return unaudited(() =>
    store.write(async transaction => {
      await transaction.deleteFrom('tickets').where('expires_at', '<=', now).execute()
      const { count } = await transaction
        .selectFrom('tickets')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('user_id', '=', user)
        .executeTakeFirstOrThrow()
      if (count >= mostTickets) return undefined
      await transaction
        .insertInto('tickets')
        .values({
          secret_sha256: hashSecret(secret),
          user_id: user,
          credential_id: credential,
          stream: target.stream,
          session_id: target.session,
          command_id: target.command,
          app: target.stream === 'app' ? target.app : null,
          expires_at,
        })
        .execute()
      return secret
    }),
  )
}

/** Uses a ticket up; undefined where there is none such, or none any more. Of several who come with one, one gets it. */
export function takeTicket(store: Store, secret: string, now: string): Promise<TicketRow | undefined> {
  const hash = hashSecret(secret)
  return unaudited(async () => {
    const known = await store.read(database =>
      database
        .selectFrom('tickets')
        .select('expires_at')
        .where('secret_sha256', '=', hash)
        .executeTakeFirst(),
    )
    // Whoever has none is not to make others wait for the lock of the store.
    if (known === undefined) return undefined
    return store.write(async transaction => {
      const ticket = await transaction
        .deleteFrom('tickets')
        .where('secret_sha256', '=', hash)
        .returningAll()
        .executeTakeFirst()
      return ticket === undefined || ticket.expires_at <= now ? undefined : ticket
    })
  })
}
