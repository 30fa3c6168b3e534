import { request } from 'undici'
import { readClone } from '../../../config/client/clone.ts'
import { errorCode } from '../../../lib/error-code.ts'
import { UserError } from '../../../lib/user-error.ts'

/** How long the gateway may take, in milliseconds, and its longest answer in bytes. */
const patience = 10_000
const longest = 67_108_864

export type GatewayAnswer =
  /** Nothing was started from this clone, or it has been ended. */
  | { readonly kind: 'down' }
  | { readonly kind: 'answer'; readonly address: string; readonly status: number; readonly body: unknown }

/** Asks the gateway that runs in this clone, with the token that it has left there for whom the clone belongs to. */
export async function askGateway(
  root: string,
  {
    method,
    path,
    signal,
  }: { readonly method: 'GET' | 'POST'; readonly path: string; readonly signal: AbortSignal },
): Promise<GatewayAnswer> {
  const clone = await readClone(root)
  const [, proxy] = clone?.urls ?? []
  if (proxy === undefined) return { kind: 'down' }
  const address = `${proxy}${path}`
  const failed = (why: string, cause?: unknown) =>
    new UserError(`the gateway at ${address} does not answer: ${why}`, {
      fix: 'npx task status tells what is the matter',
      cause,
    })
  if (clone?.token === undefined)
    throw new UserError('the token of this clone cannot be read, which its gateway is asked with', {
      fix: 'npx task up makes it',
    })
  const late = AbortSignal.timeout(patience)
  try {
    const { statusCode, body } = await request(address, {
      ...{ method, signal: AbortSignal.any([signal, late]), reset: true },
      headers: { authorization: `Bearer ${clone.token}`, 'user-agent': 'debug-server' },
    })
    const parts: Buffer[] = []
    let length = 0
    for await (const part of body) {
      length += part.length
      if (length > longest) throw failed(`its answer is longer than ${longest} bytes`)
      parts.push(part)
    }
    return { kind: 'answer', address, status: statusCode, body: parsed(Buffer.concat(parts).toString()) }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof UserError) throw error
    if (errorCode(error) === 'ECONNREFUSED') return { kind: 'down' }
    throw failed(
      late.aborted
        ? `not within ${patience / 1_000} s`
        : error instanceof Error
          ? error.message
          : String(error),
      error,
    )
  }
}

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
