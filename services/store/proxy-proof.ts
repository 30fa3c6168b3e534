import { createHmac } from 'node:crypto'
import { signingKey } from './signing-key.ts'
import type { Store } from './store.ts'

/** The header in which the proxy proves to the API that a request has come through it. */
export const proofHeader = 'x-debug-server-proxy'

/**
 * What stands in it: both have it from the store, and nobody else may read that. It opens nothing; who has it is believed
 * about the address of a client.
 */
export const proxyProof = async (store: Store): Promise<string> =>
  createHmac('sha256', await signingKey(store))
    .update('the proxy of this store')
    .digest('base64url')
