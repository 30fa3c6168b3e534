import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import type { Socket } from 'node:net'
import { parseNewestPid } from '../../../../lib/processes/pid-sequence.ts'
import { environmentReader } from '../../../../lib/processes/process-table.ts'
import { readKernelFile } from '../../../../lib/processes/read-kernel-file.ts'
import { parseTcpTable } from '../../../../lib/tcp-table.ts'

/**
 * Whether the other end of a connection over IPv4 within this host is in the hands of a process that was started with this
 * secret in its environment.
 */
export function comesFrom(
  { remotePort, remoteAddress, localPort }: Pick<Socket, 'remotePort' | 'remoteAddress' | 'localPort'>,
  { variable, secret }: { readonly variable: string; readonly secret: string },
): boolean {
  const far = parseTcpTable(readFileSync('/proc/self/net/tcp', 'latin1')).find(
    ({ local, remote }) =>
      local.port === remotePort && local.address === remoteAddress && remote.port === localPort,
  )
  // Another user's is not looked for among processes.
  if (far === undefined || far.uid !== process.geteuid?.()) return false
  const read = environmentReader()
  return newestFirst().some(pid => read(pid, variable) === secret && holds(pid, far.inode))
}

/** Who connects has been started a moment ago. */
function newestFirst(): number[] {
  const newest = parseNewestPid(readKernelFile('/proc/loadavg')) ?? Number.MAX_SAFE_INTEGER
  const age = (pid: number) => (pid <= newest ? newest - pid : Number.MAX_SAFE_INTEGER - pid)
  return readdirSync('/proc')
    .filter(name => /^\d/.test(name))
    .map(Number)
    .sort((one, other) => age(one) - age(other))
}

function holds(pid: number, inode: number): boolean {
  const openFiles = `/proc/${pid}/fd`
  try {
    return readdirSync(openFiles).some(name => linkOf(`${openFiles}/${name}`) === `socket:[${inode}]`)
  } catch {
    return false // it has gone
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
