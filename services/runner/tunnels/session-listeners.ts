import { readdir, readlink } from 'node:fs/promises'
import { bearsMark } from '../../../lib/processes/bears-mark.ts'
import { scopeVariable } from '../../../lib/processes/process-scope.ts'
import { environmentReader, processTable } from '../../../lib/processes/process-table.ts'
import { scopeMembers } from '../../../lib/processes/scope-members.ts'
import { type TcpSocket, tcpSockets } from '../../../lib/tcp-table.ts'
import type { CommandId } from '../../contract/ids.ts'

/** Where a program of a session listens, and a process in whose network that is. */
export type Listener = { readonly socket: TcpSocket; readonly pid: number; readonly network: string }

export type FoundListener =
  | { readonly found: true; readonly listener: Listener }
  /** `others`: somebody listens there, who is no program of the session. */
  | { readonly found: false; readonly others: boolean }

/**
 * Who of the processes of these commands listens on a port. Only a listener whose socket such a process has open counts: a
 * port of loopback is the host's, and that of every other session. Where several share a port, all have to be theirs.
 */
export async function listenerOf(commands: ReadonlySet<CommandId>, port: number): Promise<FoundListener> {
  const { inodes, networks } = await socketsOfCommands(commands)
  let others = false
  for (const [network, pid] of networks) {
    const listening = ((await tcpSockets(String(pid))) ?? []).filter(
      ({ listens, local }) => listens && local.port === port,
    )
    const [first] = listening
    if (first === undefined) continue
    if (listening.every(({ inode }) => inodes.has(inode)))
      return { found: true, listener: { socket: first, pid, network } }
    others = true
  }
  const own = await networkOf('self')
  const ofHost = own === undefined || networks.has(own) ? [] : ((await tcpSockets()) ?? [])
  return {
    found: false,
    others: others || ofHost.some(({ listens, local }) => listens && local.port === port),
  }
}

/**
 * Whether the far end of a connection of ours to a port is in the hands of such a process: one that takes a single connection
 * does not listen any more then.
 */
export async function haveAccepted(
  commands: ReadonlySet<CommandId>,
  { port, from }: { readonly port: number; readonly from: number },
): Promise<boolean> {
  const far = (await tcpSockets())?.find(
    ({ local, remote, listens }) => !listens && local.port === port && remote.port === from,
  )
  return far !== undefined && (await socketsOfCommands(commands)).inodes.has(far.inode)
}

/** The sockets that processes of these commands have open, and the networks that they are in, each with one of them. */
async function socketsOfCommands(commands: ReadonlySet<CommandId>) {
  const read = environmentReader()
  const isOne = (mark: string) => [...commands].some(command => command === mark)
  const members = scopeMembers(
    processTable().entries,
    [],
    ({ pid }) => bearsMark(pid, scopeVariable, isOne, read) === true,
  )
  const inodes = new Set<number>()
  const networks = new Map<string, number>()
  for (const { pid } of members) {
    const network = await networkOf(String(pid))
    if (network === undefined) continue
    if (!networks.has(network)) networks.set(network, pid)
    for (const inode of await socketsOf(pid)) inodes.add(inode)
  }
  return { inodes, networks }
}

/** Undefined where the process has gone, or the system does not tell. */
export const networkOf = (pid: string): Promise<string | undefined> =>
  readlink(`/proc/${pid}/ns/net`).catch(() => undefined)

/** The inodes of the sockets that a process has open. */
async function socketsOf(pid: number): Promise<number[]> {
  const directory = `/proc/${pid}/fd`
  const names = await readdir(directory).catch(() => [])
  const targets = await Promise.all(names.map(name => readlink(`${directory}/${name}`).catch(() => '')))
  return targets.flatMap(target => {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(target) ?? []
    return inode === undefined ? [] : [Number(inode)]
  })
}
