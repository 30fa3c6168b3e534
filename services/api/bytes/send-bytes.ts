import type { FileHandle } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { openPlainFile } from '../../../lib/plain-file.ts'
import type { Context } from '../context.ts'
import { handOver } from '../hand-over.ts'
import { type Refusal, refuse } from '../outcome.ts'
import { untilRoom } from '../response-room.ts'
import { byteAnswer } from './byte-answer.ts'
import type { ByteSource } from './byte-source.ts'

const chunkBytes = 64 * 1024

/**
 * Sends a file, or the range of it that was asked for. Returns a refusal where there is nothing to send. A reader that
 * takes nothing for too long is cut, and sees that it is not whole: the promised length did not come.
 */
export async function sendBytes(
  { limits }: Context,
  source: ByteSource,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Refusal | undefined> {
  await using file = await openPlainFile(source.path)
  if (file === undefined) return refuse('artifact_not_found', source.gone)
  const answer = byteAnswer(source, (await file.stat()).size, request.headers)
  if (!answer.ok) return answer
  const { status, headers, body } = answer.value
  handOver(reply)
  reply.raw.writeHead(status, { ...headers, 'x-request-id': request.id })
  const isSent =
    body === undefined ||
    request.method === 'HEAD' ||
    (await send(file, body.first, body.last, reply.raw, limits.slowReader))
  if (isSent) reply.raw.end()
  else reply.raw.destroy()
  return undefined
}

/** False where it was not sent to its end. */
async function send(
  file: FileHandle,
  first: number,
  last: number,
  response: ServerResponse,
  patience: number,
): Promise<boolean> {
  for (let at = first; at <= last; ) {
    if (response.closed || response.destroyed) return false
    const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, last - at + 1))
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at)
    if (bytesRead === 0) return false
    at += bytesRead
    if (response.write(buffer.subarray(0, bytesRead))) continue
    if ((await untilRoom(response, patience)) !== 'taken') return false
  }
  return true
}
