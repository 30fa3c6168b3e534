import { z } from 'zod'
import { type AuditJoined, listAudit } from '../../store/audit.ts'
import { toAuditEntry } from '../../store/rows.ts'
import type { Context } from '../context.ts'
import { page } from '../page.ts'
import { findToken, findUser } from './find.ts'
import type { Handlers } from './handler.ts'

const byPosition = { key: z.int(), keyOf: ({ position }: AuditJoined) => position }

export const auditHandlers = (context: Context): Pick<Handlers, 'audit.list'> => ({
  'audit.list': async (input, { caller }) => {
    const actor = input.actor === undefined ? undefined : await findUser(context, input.actor)
    if (actor?.ok === false) return actor
    const token =
      input.actor_token === undefined ? undefined : await findToken(context, input.actor_token, caller)
    if (token?.ok === false) return token
    const of = { session: input.session, actor: actor?.value.id, actor_token: token?.value.id }
    return page(
      input,
      byPosition,
      (after, limit) => listAudit(context.store, { ...of, after, limit }),
      toAuditEntry,
    )
  },
})
