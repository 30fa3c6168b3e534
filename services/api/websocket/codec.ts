import { type Codec, codecs, subprotocols } from '../../contract/stream-codec.ts'

/**
 * The codec that a client wants, of those that there are for what it asks for: the first subprotocol that it offers and
 * we know, `json` where it offers none. Undefined where it offers others only.
 */
export function codecFor(offered: Iterable<string>, offering: readonly Codec[]): Codec | undefined {
  const wanted = [...offered]
  if (wanted.length === 0) return 'json'
  const names = wanted.map(name => codecs.find(codec => subprotocols[codec] === name))
  return names.find(codec => codec !== undefined && offering.includes(codec))
}

/** The names in a Sec-WebSocket-Protocol header. */
export const offeredProtocols = (header: string | undefined): string[] =>
  (header ?? '')
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '')
