import { oneCall } from '../one-call.ts'
import { renderShare, renderShares, renderUnshared } from '../render/share.ts'
import type { Words } from './words.ts'

export const debugShare: Words<'debug.share'> = {
  path: ['debug', 'share'],
  places: ['session', 'role'],
  flags: {
    user: { value: 'NAME' },
    name: { value: 'NAME' },
    expires_in: { name: 'ttl', read: 'seconds', value: 'DURATION' },
  },
  examples: ['@last watch --user maria', '@last control --name pairing --ttl 2h'],
  act: oneCall('debug.share', renderShare),
}

export const debugShares: Words<'debug.shares'> = {
  path: ['debug', 'shares'],
  places: ['session'],
  flags: {},
  examples: ['@last', '@last --json'],
  act: oneCall('debug.shares', renderShares),
}

export const debugUnshare: Words<'debug.unshare'> = {
  path: ['debug', 'unshare'],
  places: ['session', 'share'],
  flags: {},
  examples: ['@last maria', '@last pairing'],
  act: oneCall('debug.unshare', renderUnshared),
}
