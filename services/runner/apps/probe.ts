import { request } from 'node:http'
import type { Duplex } from 'node:stream'

/** How long the answer to one probe may take, in milliseconds. */
const answerMs = 5_000

/** Whether an app answers a request for a path over this connection with anything but a mistake of its own. */
export const answers = (stream: Duplex, path: string): Promise<boolean> =>
  new Promise(resolve => {
    const asked = request({ createConnection: () => stream, path, headers: { host: 'localhost' } })
    asked.setTimeout(answerMs, () => asked.destroy())
    asked.once('error', () => resolve(false))
    asked.once('close', () => resolve(false))
    asked.once('response', response => {
      resolve((response.statusCode ?? 500) < 500)
      response.destroy()
    })
    asked.end()
  })
