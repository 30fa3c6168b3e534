import { readdirSync, readlinkSync } from 'node:fs'
import { tcpSockets, udpSockets } from '../../lib/tcp-table.ts'

export type Listener = { readonly pid: number; readonly address: string; readonly port: number }

/** The ports of TCP and UDP that these processes listen on; undefined where the system does not tell. */
export async function listenersOf(pids: readonly number[]): Promise<Listener[] | undefined> {
  const [tcp, udp = []] = await Promise.all([tcpSockets(), udpSockets()])
  if (tcp === undefined) return undefined
  const listening = new Map(
    [...tcp, ...udp].filter(({ listens }) => listens).map(one => [one.inode, one.local]),
  )
  return pids.flatMap(pid =>
    inodesOf(pid).flatMap(inode => {
      const local = listening.get(inode)
      return local === undefined ? [] : [{ pid, address: local.address, port: local.port }]
    }),
  )
}

function inodesOf(pid: number): number[] {
  return descriptors(pid).flatMap(descriptor => {
    try {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`)) ?? []
      return inode === undefined ? [] : [Number(inode)]
    } catch {
      return [] // closed meanwhile
    }
  })
}

function descriptors(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`)
  } catch {
    return [] // gone, or another user's
  }
}

/** Those that a run should not have: at another port, or open to other machines. */
export const strangersAmong = (listeners: readonly Listener[], ports: readonly number[]): Listener[] =>
  listeners.filter(({ address, port }) => !ports.includes(port) || !isLoopback(address))

const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1'
