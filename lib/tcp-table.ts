import { readFile } from 'node:fs/promises'

/** One TCP socket of this machine, as Linux tells it in /proc/net/tcp: see proc_net_tcp in the kernel's documentation. */
export type TcpSocket = {
  readonly local: TcpEnd
  readonly remote: TcpEnd
  readonly listens: boolean
  /** Who made it. */
  readonly uid: number
  /** By which processes have it open. */
  readonly inode: number
}

export type TcpEnd = { readonly address: string; readonly port: number }

/** The sockets of a table; lines that are none are passed over. Addresses of IPv4 in IPv6 are told as those of IPv4. */
export function parseTcpTable(text: string, listening = '0A'): TcpSocket[] {
  return text.split('\n').flatMap(line => {
    const [, local = '', remote = '', state, , , , uid, , inode] = line.trim().split(/\s+/)
    const [here, there] = [end(local), end(remote)]
    if (here === undefined || there === undefined || inode === undefined) return []
    return [
      { local: here, remote: there, listens: state === listening, uid: Number(uid), inode: Number(inode) },
    ]
  })
}

/** All that there are in this network; undefined where the system does not tell. */
export const tcpSockets = (process = 'self'): Promise<TcpSocket[] | undefined> =>
  socketsOf('tcp', process, '0A')

/** Those of UDP, of which there is a table of the same form. They listen unless they are connected. */
export const udpSockets = (process = 'self'): Promise<TcpSocket[] | undefined> =>
  socketsOf('udp', process, '07')

async function socketsOf(protocol: string, process: string, listening: string) {
  const tables = await Promise.all(
    [protocol, `${protocol}6`].map(name =>
      readFile(`/proc/${process}/net/${name}`, 'latin1').catch(() => undefined),
    ),
  )
  const [four, six = ''] = tables
  return four === undefined ? undefined : parseTcpTable(`${four}\n${six}`, listening)
}

function end(text: string): TcpEnd | undefined {
  const [, hex = '', port = ''] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(text) ?? []
  return hex === '' ? undefined : { address: addressOf(hex), port: Number.parseInt(port, 16) }
}

/** Four bytes at a time, each four in the order of the machine. */
function addressOf(hex: string): string {
  const bytes = hex.match(/.{8}/g)?.flatMap(word => (word.match(/../g) ?? []).reverse()) ?? []
  const mapped = bytes.length === 16 && bytes.slice(0, 12).join('') === `${'00'.repeat(10)}FFFF`
  const numbers = (mapped ? bytes.slice(12) : bytes).map(byte => Number.parseInt(byte, 16))
  if (numbers.length === 4) return numbers.join('.')
  const groups = Array.from({ length: 8 }, (_, at) =>
    ((numbers[at * 2] ?? 0) * 256 + (numbers[at * 2 + 1] ?? 0)).toString(16),
  )
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}
