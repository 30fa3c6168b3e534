import type { Readable } from 'node:stream'
import type { Connection } from './connection.ts'

/** What a body is on its way: bytes whose number has been told, or chunks. */
export type Body = { readonly from: Readable; readonly coding: 'length' | 'chunked' }

/** Writes a body to a connection, no faster than that takes it. What is returned stops it; the connection is of no use then. */
export function sendBody({ from, coding }: Body, connection: Connection): () => void {
  const { socket } = connection
  connection.isSending = true
  const touch = () => {
    connection.touchedAt = performance.now()
  }
  const onData = (bytes: Buffer) => {
    touch()
    let takes: boolean
    if (coding === 'length') takes = socket.write(bytes)
    else {
      socket.cork()
      socket.write(`${bytes.length.toString(16)}\r\n`, 'latin1')
      socket.write(bytes)
      takes = socket.write('\r\n', 'latin1')
      socket.uncork()
    }
    if (!takes) from.pause()
  }
  const onDrain = () => {
    touch()
    from.resume()
  }
  const onEnd = () => {
    if (coding === 'chunked') socket.write('0\r\n\r\n', 'latin1')
    stop()
    touch()
    connection.isSending = false
  }
  const stop = () => {
    from.off('data', onData).off('end', onEnd)
    socket.off('drain', onDrain)
  }
  from.on('data', onData).once('end', onEnd)
  socket.on('drain', onDrain)
  return stop
}
