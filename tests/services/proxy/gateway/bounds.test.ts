import t from 'tap'
import { call, startRig, toolNames, unrulyTable } from './rig.ts'

t.setTimeout(240_000)

t.test('answers that are too long, too deep or never come are refused, and hold nobody up', async t => {
  const rig = await startRig(
    t,
    `${unrulyTable('one')}${unrulyTable('two')}${unrulyTable('three', 'call_seconds = 1')}`,
  )
  const client = await rig.connect()
  await toolNames(client)
  const big = call(client, 'one_huge', { bytes: 50_000_000 })
  t.match(await call(client, 'two_echo', { text: 'x' }), { failed: false })
  const tooLong = /the answer is longer than 10485760 bytes.*answer_bytes/
  t.match(await big, { failed: true, text: tooLong })
  t.match(await call(client, 'one_huge', { bytes: 50_000_000, last: true }), { failed: true, text: tooLong })
  t.match(await call(client, 'one_huge', { bytes: 1_000_000 }), { failed: false, text: /^x{1000000}$/ })
  t.match(await call(client, 'one_deep'), { failed: true, text: /nests more than 128 deep/ })
  t.match(await call(client, 'three_hang'), { failed: true, text: /did not answer in time \(call_seconds\)/ })
  t.match(await call(client, 'one_refuse'), { failed: true, text: 'one: not today' })
  for (const code of [-32_000, -32_001, -32_001, -32_001])
    t.match(await call(client, 'one_refuse', { code }), { failed: true, text: 'one: not today' })
  t.match(await rig.server('one'), { instances: [{ restarts: 0 }] })
  for (let turn = 0; turn < 3; turn++) await call(client, 'three_hang')
  t.match(await rig.server('three'), { reason: /has not answered 3 calls in a row/ })
  t.match(await call(client, 'three_echo', { text: 'again' }), { failed: false })
})

t.test('a flood is read no faster than anybody could want, and others do not wait for it', async t => {
  const rig = await startRig(t, `${unrulyTable('one')}${unrulyTable('two')}`)
  const client = await rig.connect()
  await toolNames(client)
  const flood = call(client, 'one_flood', { messages: 6_000 })
  let isOver = false
  void flood.then(() => (isOver = true))
  let meanwhile = 0
  while (!isOver) {
    t.equal((await call(client, 'two_echo', { text: 'x' })).failed, false)
    meanwhile += 1
  }
  t.match(await flood, { failed: false, text: 'done' })
  t.ok(meanwhile > 0, `${meanwhile} calls meanwhile`)
})

t.test('a server that never answers a list keeps nobody from those of the others', async t => {
  const silent = ['resources/list', 'initialize'].map((method, at) =>
    unrulyTable(`silent_${at}`, `env = { SILENT = "${method}" }`),
  )
  const rig = await startRig(t, `${silent.join('')}${unrulyTable('one')}`)
  const client = await rig.connect()
  t.match((await client.listResources()).resources, [{ uri: 'one+note://one' }])
  const given = new AbortController()
  const reading = client.readResource({ uri: 'silent-1+note://one' }, { signal: given.signal })
  setTimeout(() => given.abort(), 50)
  await t.rejects(reading)
  const calls = Array.from({ length: 65 }, () => call(client, 'silent_1_x'))
  for (const one of calls) one.catch(() => {})
  t.match(await Promise.race(calls), { failed: true, text: /^64 calls are in progress/ })
  const another = await rig.connect()
  await call(another, 'one_echo')
  t.same(
    rig.logged.filter(line => line.includes('made a mistake')),
    [],
    'and it is no mistake of the gateway',
  )
})
