import { Agent } from 'undici'
import { type AppPlace, appOfHost, appOrigin } from '../../contract/app-origin.ts'
import type { Store } from '../../store/store.ts'
import { dialApp } from './dial-app.ts'

/** Connections to one app at a time, and how long one that is not used is kept, in milliseconds. */
const mostConnections = 64
const keptMs = 4_000

/** What an app is called among those of the agent; nothing is looked up by it. */
export const agentOrigin = (place: AppPlace): string => appOrigin(place, '', 'http://localhost')

/** Connections to apps, kept for the next request; each is made by way of a runner, which may take so long. */
export const appAgent = (store: Store, patienceMs: number): Agent =>
  new Agent({
    connect: ({ hostname }, callback) => {
      const place = appOfHost(hostname, '')
      if (place === undefined) return callback(new TypeError(`${hostname} is no app`), null)
      dialApp(store, place, patienceMs).then(
        socket => callback(null, socket.setNoDelay(true)),
        error => callback(error, null),
      )
    },
    connections: mostConnections,
    keepAliveTimeout: keptMs,
    allowH2: false,
    pipelining: 1,
    headersTimeout: 300_000,
    bodyTimeout: 0,
  })
