import { readdirSync, readlinkSync } from 'node:fs'
import { listenersIn, type TcpSocket } from '../../lib/tcp-table.ts'

export type Listener = {
  readonly pid: number
  readonly protocol: 'tcp' | 'udp'
  readonly address: string
  readonly port: number
}

/** What listens in this network, by the inodes of the sockets: whose they are is not said there. */
export type Listening = ReadonlyMap<number, Omit<Listener, 'pid'>>

/** Undefined where the system does not tell. */
export async function listeningSockets(): Promise<Listening | undefined> {
  const [tcp, udp = []] = await Promise.all([listenersIn('tcp'), listenersIn('udp')])
  if (tcp === undefined) return undefined
  const of = (protocol: Listener['protocol'], sockets: readonly TcpSocket[]) =>
    sockets.map(({ inode, local }) => [inode, { protocol, ...local }] as const)
  return new Map([...of('tcp', tcp), ...of('udp', udp)])
}

/** Those of them that these processes have open. */
export const heldBy = (
  pids: readonly number[],
  listening: Listening,
): (Listener & { readonly inode: number })[] =>
  pids.flatMap(pid =>
    inodesOf(pid).flatMap(inode => {
      const socket = listening.get(inode)
      return socket === undefined ? [] : [{ pid, inode, ...socket }]
    }),
  )

/** The ports of TCP and UDP that these processes listen on; undefined where the system does not tell. */
export async function listenersOf(pids: readonly number[]): Promise<Listener[] | undefined> {
  const listening = await listeningSockets()
  return listening && heldBy(pids, listening)
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
export const strangersAmong = <Socket extends Pick<Listener, 'address' | 'port'>>(
  listeners: readonly Socket[],
  ports: readonly number[],
): Socket[] => listeners.filter(({ address, port }) => !ports.includes(port) || !isLoopback(address))

export const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1'
