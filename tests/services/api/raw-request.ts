import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Rig } from './rig.ts'

/** A connection to the API, on which nothing has been sent. */
export async function connected(rig: Rig): Promise<Socket> {
  const socket = connect(Number(new URL(rig.api.url).port), '127.0.0.1')
  socket.on('error', () => {}) // 'close' follows
  await once(socket, 'connect')
  return socket
}

/** Sends bytes as they are, and reads all answers until the server has closed. */
export async function exchange(rig: Rig, bytes: string): Promise<{ statuses: number[]; text: string }> {
  const socket = await connected(rig)
  let text = ''
  socket.setEncoding('latin1').on('data', chunk => {
    text += chunk
  })
  socket.write(bytes, 'latin1')
  await once(socket, 'close')
  const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status))
  return { statuses, text }
}
