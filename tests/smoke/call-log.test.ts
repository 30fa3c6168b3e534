import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { keepingLog, setCallLog } from '../../smoke/run/call-log.ts'
import { type Owner, room, write } from './room.ts'

function logRoom(owner: Owner) {
  const clone = room(owner)
  const log = join(clone, '.artifacts/logs/proxy.log')
  const name = join(room(owner), 'install')
  const say = (...lines: (object | string)[]) =>
    appendFileSync(
      log,
      lines.map(line => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''),
    )
  const kept = (kind: string) => readFileSync(`${name}.${kind}.log`, 'utf8')
  return { places: { clone }, log, name, say, kept }
}

t.test('what the proxy wrote in a stage is kept, calls apart, though the stage fails', async t => {
  const { places, log, name, say, kept } = logRoom(t)
  write(log, '{"msg":"of the stage before"}\n')
  const failing = keepingLog({ places, name, secrets: () => ['the-secret'] }, async () => {
    say({ msg: 'ready' }, { call: { tool: 'a', arguments: 'the-secret' } }, 'no json')
    say({ wrote: { server: 's', text: 'x' } }, { msg: 'a call', calls: 1 })
    throw new Error('it failed')
  })
  await t.rejects(failing, { message: 'it failed' })
  t.equal(
    kept('tools'),
    '{"call":{"tool":"a","arguments":"**********"}}\n{"wrote":{"server":"s","text":"x"}}\n',
  )
  t.equal(kept('gateway'), '{"msg":"ready"}\nno json\n{"msg":"a call","calls":1}\n')
})

t.test('a log that was begun anew, or is not there, is none to fail at', async t => {
  const { places, log, name, say, kept } = logRoom(t)
  write(log, `${'x'.repeat(1_000)}\n`)
  const done = await keepingLog({ places, name, secrets: () => [] }, async () => {
    truncateSync(log)
    say('anew')
    return 'done'
  })
  t.equal(done, 'done')
  t.equal(kept('gateway'), 'anew\n')
  await keepingLog({ places: { clone: room(t) }, name, secrets: () => [] }, async () => {})
  t.equal(kept('gateway'), '')
})

t.test(
  'the gateway of a clone is told to log calls, and no more, but never against what somebody wrote',
  async t => {
    const clone = room(t)
    const file = join(clone, 'config/mcp.local.toml')
    await setCallLog({ clone }, false)
    t.equal(existsSync(file), false)
    await setCallLog({ clone }, true)
    t.match(readFileSync(file, 'utf8'), /^\[gateway\]\nlog_calls = true$/m)
    await setCallLog({ clone }, false)
    t.equal(existsSync(file), false)
    write(file, '[servers.mine]\nurl = "http://127.0.0.1:1"\n')
    t.equal(await setCallLog({ clone }, true), false)
    t.equal(await setCallLog({ clone }, false), true)
    t.match(readFileSync(file, 'utf8'), /^\[servers\.mine\]/)
  },
)
