import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { processText } from '../process-text.ts'

/**
 * Who listens on a TCP port of this host: `pid 17 (node server.js)`. Undefined where that cannot be known: it is another
 * user's, or the system has no /proc.
 */
export function portHolder(port: number): string | undefined {
  try {
    const sockets = new Set(
      ['tcp', 'tcp6'].flatMap(table => listeningInodes(readFileSync(`/proc/net/${table}`, 'utf8'), port)),
    )
    return sockets.size === 0 ? undefined : ownerOf(sockets)
  } catch {
    return undefined
  }
}

/** The inodes of sockets that listen on a port, from the text of /proc/net/tcp: see proc_net(5). State 0A is LISTEN. */
export function listeningInodes(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  return table.split('\n').flatMap(line => {
    const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/)
    return state === '0A' && local.endsWith(`:${wanted}`) && inode !== undefined ? [inode] : []
  })
}

function ownerOf(inodes: ReadonlySet<string>): string | undefined {
  const names = new Set([...inodes].map(inode => `socket:[${inode}]`))
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name)))
    if (descriptorsOf(pid).some(name => names.has(name))) return processText(pid)
  return undefined
}

function descriptorsOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map(descriptor => linkOf(`/proc/${pid}/fd/${descriptor}`))
  } catch {
    return [] // another user's, or gone
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
