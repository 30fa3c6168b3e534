/**
 * How a WebSocket of this server says what it has to tell. `json`: each message as one text frame. `text`: for eyes and
 * pipes, a log as the bare bytes in binary frames, changes as lines; the last frame is a line of text.
 */
export const codecs = ['json', 'text'] as const
export type Codec = (typeof codecs)[number]

/** What a client offers to get one: a subprotocol (RFC 6455, section 1.9). Who offers none gets `json`. */
export const subprotocols: Readonly<Record<Codec, string>> = {
  json: 'debug-server.json',
  text: 'debug-server.text',
}
