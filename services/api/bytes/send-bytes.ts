import { pipeline } from 'node:stream/promises'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { openPlainFile } from '../../../lib/plain-file.ts'
import type { Context } from '../context.ts'
import { type Refusal, refuse } from '../outcome.ts'
import { byteAnswer } from './byte-answer.ts'
import type { ByteSource } from './byte-source.ts'

/**
 * Sends a file, or the range of it that was asked for. A reader that takes nothing for too long is cut. Returns a refusal
 * where there is nothing to send.
 */
export async function sendBytes(
  { limits, log }: Context,
  source: ByteSource,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Refusal | undefined> {
  await using file = await openPlainFile(source.path)
  if (file === undefined) return refuse('artifact_not_found', source.gone)
  const answer = byteAnswer(source, (await file.stat()).size, request.headers)
  if (!answer.ok) return answer
  const { status, headers, body } = answer.value
  reply.hijack()
  reply.raw.writeHead(status, { ...headers, 'x-request-id': request.id })
  if (body === undefined || request.method === 'HEAD') {
    reply.raw.end()
    return undefined
  }
  reply.raw.setTimeout(limits.slowReader, () => reply.raw.destroy())
  try {
    const content = file.createReadStream({ start: body.first, end: body.last, autoClose: false })
    await pipeline(content, reply.raw)
  } catch (error) {
    // The client sees that it is not whole: the promised length did not come.
    log.debug({ err: error, request: request.id }, 'a file was not sent to its end')
    reply.raw.destroy()
  }
  return undefined
}
