import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import t from 'tap'
import { listenersIn, parseTcpTable, tcpSockets } from '../../lib/tcp-table.ts'

const header =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
const row = (local: string, remote: string, state: string, rest: string) =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000 ${rest} 1 0000000000000000 100 0 0 10 0`

t.test('a table is read, those of IPv6 as well', async t => {
  const text = [
    header,
    row('0100007F:1F90', '00000000:0000', '0A', ' 1000        0 4242'),
    row('0000000000000000FFFF00000100007F:1F90', '0000000000000000FFFF00000100007F:C350', '01', '0 0 7'),
    row('00000000000000000000000001000000:0050', '00000000000000000000000000000000:0000', '0A', '0 0 8'),
    'no socket at all',
    '',
  ].join('\n')
  t.same(parseTcpTable(text), [
    {
      local: { address: '127.0.0.1', port: 8080 },
      remote: { address: '0.0.0.0', port: 0 },
      ...{ listens: true, uid: 1000, inode: 4242 },
    },
    {
      local: { address: '127.0.0.1', port: 8080 },
      remote: { address: '127.0.0.1', port: 50_000 },
      ...{ listens: false, uid: 0, inode: 7 },
    },
    {
      local: { address: '::1', port: 80 },
      remote: { address: '::', port: 0 },
      ...{ listens: true, uid: 0, inode: 8 },
    },
  ])
})

t.test('both ends of a connection are found in that of this machine', async t => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const accepted = once(server, 'connection')
  const client = connect(port, '127.0.0.1')
  const [peer]: Socket[] = await accepted
  t.teardown(() => {
    client.destroy()
    peer?.destroy()
    server.close()
  })
  const sockets = (await tcpSockets()) ?? []
  t.match(
    sockets.find(({ local, listens }) => listens && local.port === port),
    { uid: process.getuid?.() },
  )
  const theirs = sockets.find(({ local, remote }) => local.port === peer?.remotePort && remote.port === port)
  t.match(theirs, { listens: false, uid: process.getuid?.() })
  const listening = (await listenersIn('tcp')) ?? []
  t.equal(listening.filter(({ local }) => local.port === port).length, 1, 'connections are left out')
  t.ok(listening.every(({ listens }) => listens))
})
