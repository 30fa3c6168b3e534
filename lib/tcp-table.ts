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
export async function tcpSockets(process = 'self'): Promise<TcpSocket[] | undefined> {
  const text = await tableOf('tcp', process)
  return text === undefined ? undefined : parseTcpTable(text)
}

/** As the tables call what listens; of UDP, of which there is one of the same form, that is what is not connected. */
const states = { tcp: '0A', udp: '07' } as const

/** Those that listen: rows of connections, of which there may be thousands, are not taken apart. */
export async function listenersIn(protocol: keyof typeof states): Promise<TcpSocket[] | undefined> {
  const text = await tableOf(protocol, 'self')
  const state = states[protocol]
  const rows = text?.split('\n').filter(row => row.includes(` ${state} `))
  return rows && parseTcpTable(rows.join('\n'), state).filter(({ listens }) => listens)
}

async function tableOf(protocol: string, process: string): Promise<string | undefined> {
  const tables = await Promise.all(
    [protocol, `${protocol}6`].map(name =>
      readFile(`/proc/${process}/net/${name}`, 'latin1').catch(() => undefined),
    ),
  )
  const [four, six = ''] = tables
  return four === undefined ? undefined : `${four}\n${six}`
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
