import type { IncomingMessage } from 'node:http'
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy'
import { Refused } from '../serving/refused.ts'
import { tooLarge } from './upload.ts'

/** Files and fields of one form; the fields are passed over. */
const mostParts = 100

export type FormFile = { readonly name: string; readonly content: AsyncIterable<Buffer> }

/**
 * The files of a form (RFC 7578), one after the other as they come. `name`: as the client has it, without its directories. `begin`:
 * called as soon as its body is read.
 */
export async function* uploadForm(
  request: IncomingMessage,
  most: number,
  begin: () => void,
): AsyncGenerator<FormFile> {
  const parser = parserOf(request, most)
  const waiting: FormFile[] = []
  const streams: BusboyFileStream[] = []
  let wake = Promise.withResolvers<void>()
  let over: { readonly error: Error | undefined } | undefined
  const say = () => {
    wake.resolve()
    wake = Promise.withResolvers()
  }
  const end = (error?: Error) => {
    over ??= { error }
    // Who reads one would wait for ever.
    if (error !== undefined) for (const stream of streams) stream.destroy(error)
    say()
  }
  parser.on('file', (_field, stream, name: string | undefined) => {
    stream.on('error', () => undefined)
    if (name === undefined || name === '') return void stream.resume()
    streams.push(stream)
    waiting.push({ name, content: whole(stream, most) })
    say()
  })
  for (const limit of ['filesLimit', 'fieldsLimit', 'partsLimit'])
    parser.on(limit, () => end(unread(`it has more than ${mostParts} parts`)))
  parser.on('finish', () => end())
  parser.on('error', () => end(unread('its parts cannot be told apart')))
  request.on('error', end)
  begin()
  request.pipe(parser)
  try {
    for (;;) {
      const woken = wake.promise
      const next = waiting.shift()
      if (next !== undefined) yield next
      else if (over === undefined) await woken
      else if (over.error !== undefined) throw over.error
      else return
    }
  } finally {
    request.unpipe(parser)
    parser.destroy()
  }
}

function parserOf({ headers }: IncomingMessage, most: number): BusboyInstance {
  const type = headers['content-type'] ?? ''
  if (!/^multipart\/form-data\s*;/i.test(type)) throw unread('it is no multipart/form-data')
  try {
    return new Busboy({
      headers: { ...headers, 'content-type': type },
      limits: { fileSize: most, files: mostParts, fields: mostParts, parts: mostParts, fieldSize: 65_536 },
    })
  } catch (error) {
    throw unread(error instanceof Error ? error.message : String(error))
  }
}

async function* whole(stream: BusboyFileStream, most: number): AsyncGenerator<Buffer> {
  for await (const chunk of stream) yield chunk
  if (stream.truncated) throw tooLarge(most)
}

const unread = (why: string): Refused => new Refused('INVALID_REQUEST', `this form cannot be read: ${why}`)
