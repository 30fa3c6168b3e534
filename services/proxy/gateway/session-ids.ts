import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Introduction, SessionIds } from '../../../lib/mcp/mcp-sessions.ts'

/** Longer than any that is made here. */
const longest = 512

/** That there is one, whatever is in it: the SDK takes lists as well. */
const told = z.unknown().transform((): Record<string, never> => ({}))
/** What of a client's capabilities counts for servers behind the gateway. */
const capabilities = z.object({
  sampling: z.object({ context: told.optional(), tools: told.optional() }).optional(),
  elicitation: z.object({ form: told.optional(), url: told.optional() }).optional(),
  roots: told.optional(),
})
const sealed = z.tuple([z.string(), z.string().max(32), capabilities])

/**
 * Ids of sessions that another process with the same key can read: a client goes on where the proxy was replaced, or killed, and
 * nothing of it has to be written down. Each is bound to its owner. It opens nothing: the token does, each time.
 */
export function sessionIds(signingKey: Uint8Array): SessionIds {
  const key = createHmac('sha256', signingKey).update('sessions of the MCP gateway').digest()
  const mark = (owner: string, content: string) =>
    createHmac('sha256', key)
      .update(JSON.stringify([owner, content]))
      .digest()
  return {
    make(owner, introduction) {
      const nonce = randomBytes(12).toString('base64url')
      const { protocolVersion } = introduction
      const told = [nonce, protocolVersion.slice(0, 32), capabilities.parse(introduction.capabilities)]
      const content = Buffer.from(JSON.stringify(told)).toString('base64url')
      return `${content}.${mark(owner, content).toString('base64url')}`
    },

    read(id, owner): Introduction | undefined {
      const [content, given, ...more] = id.length > longest ? [] : id.split('.')
      if (content === undefined || given === undefined || more.length > 0) return undefined
      const expected = mark(owner, content)
      const found = Buffer.from(given, 'base64url')
      if (found.length !== expected.length || !timingSafeEqual(found, expected)) return undefined
      // One of a version that put it otherwise is none.
      const { data } = sealed.safeParse(JSON.parse(Buffer.from(content, 'base64url').toString('utf8')))
      return data && { protocolVersion: data[1], capabilities: data[2] }
    },
  }
}
