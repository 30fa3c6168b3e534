import { SecretMask } from '../../../lib/secret-mask.ts'
import type { SessionId } from '../../contract/ids.ts'
import { secretsOf } from '../../store/session-secrets.ts'
import type { Context } from '../context.ts'

/** The same value, with the secrets of the session masked in its texts. */
export async function coveredValue<Value>(
  { store }: Pick<Context, 'store'>,
  session: SessionId,
  value: Value,
): Promise<Value> {
  const mask = new SecretMask(Object.values(await secretsOf(store, session)))
  if (mask.isEmpty) return value
  return JSON.parse(JSON.stringify(value), (_, part: unknown) => {
    if (typeof part !== 'string') return part
    const bytes = Buffer.from(part)
    mask.cover(bytes)
    return bytes.toString('utf8')
  })
}
