import type { IncomingMessage } from 'node:http'
import { type Refusal, refuse } from '../outcome.ts'

/** Why a request to upgrade is no handshake (RFC 6455, section 4.2.1), before anything is looked up or used up for it. */
export function noHandshake({ method, headers }: IncomingMessage): Refusal | undefined {
  if (method !== 'GET')
    return refuse('method_not_allowed', `${method} opens no WebSocket; GET does`, {
      headers: { allow: 'GET' },
    })
  const { 'sec-websocket-version': version, 'sec-websocket-key': key = '' } = headers
  if (version !== '13') return malformed('of another version of the protocol than 13')
  if (!/^[A-Za-z0-9+/]{22}==$/.test(key)) return malformed('without the key that it needs')
  const { 'content-length': length = '0', 'transfer-encoding': coding } = headers
  // What comes behind the headers are frames already.
  if (length !== '0' || coding !== undefined) return malformed('with a body')
  return undefined
}

const malformed = (what: string): Refusal =>
  refuse('invalid_input', `this is a WebSocket handshake ${what}`, {
    headers: { 'sec-websocket-version': '13' },
  })
