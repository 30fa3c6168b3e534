import type { Socket } from 'node:net'
import { tcpSockets } from '../../lib/tcp-table.ts'

/**
 * Whether who connected is of the user that this program runs as: anybody on this machine can come to a port of loopback.
 * Where the system does not tell, nobody is turned away.
 */
export async function isOwnPeer({ remotePort, localPort }: Socket): Promise<boolean> {
  const sockets = await tcpSockets()
  if (sockets === undefined || process.getuid === undefined) return true
  const theirs = sockets.find(({ local, remote }) => local.port === remotePort && remote.port === localPort)
  return theirs !== undefined && theirs.uid === process.getuid()
}
