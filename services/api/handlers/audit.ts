import { listAudit } from '../../store/audit.ts'
import { toAuditEntry } from '../../store/rows.ts'
import type { Context } from '../context.ts'
import { done } from '../outcome.ts'
import { findToken, findUser } from './find.ts'
import type { Handlers } from './handler.ts'

export const auditHandlers = (context: Context): Pick<Handlers, 'audit.list'> => ({
  'audit.list': async input => {
    const actor = input.actor === undefined ? undefined : await findUser(context, input.actor)
    if (actor?.ok === false) return actor
    const token = input.actor_token === undefined ? undefined : await findToken(context, input.actor_token)
    if (token?.ok === false) return token
    const wanted = { ...input, actor: actor?.value.id, actor_token: token?.value.id }
    return done((await listAudit(context.store, wanted)).map(toAuditEntry))
  },
})
