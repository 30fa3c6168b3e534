import { z } from 'zod'
import { reference } from '../../../services/contract/ids.ts'
import { logStreams } from '../../../services/contract/log-message.ts'
import { invalidParams } from '../protocol-error.ts'

/** What a resource is: a stream of a command's log, or an artifact, each from one of its bytes on. */
const placeSchema = z.union([
  z.object({
    kind: z.literal('log'),
    session: reference('ses', true),
    command: reference('cmd'),
    stream: z.enum(logStreams),
    offset: z.int(),
  }),
  z.object({ kind: z.literal('artifact'), artifact: reference('art'), offset: z.int() }),
])
export type Place = z.infer<typeof placeSchema>

const scheme = 'debug-server://'

/** As the protocol's templates have it (RFC 6570). */
export const logTemplate = `${scheme}sessions/{session}/commands/{command}/logs/{stream}{?offset}`
export const artifactTemplate = `${scheme}artifacts/{artifact}{?offset}`

const logPattern = /^sessions\/([^/]+)\/commands\/([^/]+)\/logs\/([^/]+)$/
const artifactPattern = /^artifacts\/([^/]+)$/

/** The place that an address names. Throws an error of the protocol that says what an address looks like. */
export function placeOf(uri: string): Place {
  const [, path = '', offset = '0'] = /^debug-server:\/\/([^?#]+)(?:\?offset=(\d{1,15}))?$/.exec(uri) ?? []
  const [, session, command, stream] = logPattern.exec(path) ?? []
  const [, artifact] = artifactPattern.exec(path) ?? []
  const named =
    artifact === undefined
      ? { kind: 'log', session: decoded(session), command: decoded(command), stream }
      : { kind: 'artifact', artifact: decoded(artifact) }
  const { data: place } = placeSchema.safeParse({ ...named, offset: Number(offset) })
  if (place !== undefined) return place
  throw invalidParams(
    `"${uri.slice(0, 200)}" is no resource of this server: expected ${logTemplate} or ${artifactTemplate}`,
  )
}

/** Whoever fills in a template encodes what it puts there, such as the @ of @last. */
function decoded(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : decodeURIComponent(text)
  } catch {
    return undefined
  }
}

export function uriOf(place: Place): string {
  const query = place.offset === 0 ? '' : `?offset=${place.offset}`
  if (place.kind === 'artifact') return `${scheme}artifacts/${place.artifact}${query}`
  const { session, command, stream } = place
  return `${scheme}sessions/${session}/commands/${command}/logs/${stream}${query}`
}
