import { isUtf8 } from 'node:buffer'
import type { ReadResourceResult } from '@modelcontextprotocol/sdk/types.js'
import { bytesOf } from '../../sdk/log-bytes.ts'
import { ProblemError } from '../../sdk/problem-error.ts'
import { artifactRange } from '../artifact-range.ts'
import { onCharacter } from '../fit-bytes.ts'
import type { ToolCall } from '../tool-call.ts'
import { type Place, uriOf } from './uri.ts'

/** How many bytes of a resource are read at once: a client may put all of them before its model. */
export const mostResourceBytes = 32_768

/** A character that is cut at the bound is known by the byte behind it. */
const behind = 1

type Asking = Pick<ToolCall, 'client' | 'signal'>

/** A resource from its place on, as much as the bound lets through. Where there is more, a second content says how to get it. */
export async function readResource(place: Place, call: Asking): Promise<ReadResourceResult> {
  const { bytes, mediaType, total } =
    place.kind === 'artifact'
      ? await artifactRange(place.artifact, { offset: place.offset, most: mostResourceBytes + behind }, call)
      : { bytes: await logBytes(place, call), mediaType: 'text/plain', total: undefined }
  const isWhole = bytes.length <= mostResourceBytes
  const part = isWhole ? bytes : bytes.subarray(0, onCharacter(bytes, mostResourceBytes, -1))
  const uri = uriOf(place)
  const content = isUtf8(part)
    ? { uri, mimeType: mediaType, text: part.toString('utf8') }
    : { uri, mimeType: binary(mediaType), blob: part.toString('base64') }
  if (isWhole) return { contents: [content] }
  const next = place.offset + part.length
  const rest = uriOf({ ...place, offset: next })
  const of = total === undefined ? '' : ` of ${total}`
  const end = place.kind === 'log' ? '; the tool session_logs gives the end of a log' : ''
  const note = `These were bytes ${place.offset} to ${next - 1}${of}. Read on at ${rest}${end}.`
  return { contents: [content, { uri: rest, mimeType: 'text/plain', text: note }] }
}

/** What is no text is not told as text. */
const binary = (mediaType: string): string =>
  mediaType.startsWith('text/') ? 'application/octet-stream' : mediaType

async function logBytes(
  { session, command, stream, offset }: Extract<Place, { kind: 'log' }>,
  { client, signal }: Asking,
): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let length = 0
  // Leaving the loop closes the connection: what is too much is not read.
  for await (const message of client.sessions.logs({ session, command, stream, offset }, { signal })) {
    if (message.type === 'end' && message.problem !== undefined) throw new ProblemError(message.problem)
    if (message.type !== 'output') continue
    parts.push(bytesOf(message))
    length += message.bytes
    if (length > mostResourceBytes + behind) break
  }
  return Buffer.concat(parts).subarray(0, mostResourceBytes + behind)
}
