import { listAudit } from '../../store/audit.ts'
import { toAuditEntry } from '../../store/rows.ts'
import type { Context } from '../context.ts'
import { done } from '../outcome.ts'
import { findToken } from './find.ts'
import type { Handlers } from './handler.ts'

export const auditHandlers = (context: Context): Pick<Handlers, 'audit.list'> => ({
  'audit.list': async ({ actor: reference, ...wanted }) => {
    const actor = reference === undefined ? undefined : await findToken(context, reference)
    if (actor?.ok === false) return actor
    return done((await listAudit(context.store, { ...wanted, actor: actor?.value.id })).map(toAuditEntry))
  },
})
