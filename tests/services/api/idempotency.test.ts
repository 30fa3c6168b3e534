import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'
import { request } from 'undici'
import { serverSchema } from '../../../config/schema.ts'
import type { OperationName } from '../../../services/contract/contract.ts'
import { keyedNames } from '../../../services/contract/keyed-operations.ts'
import { problemOf, type Rig, requestFor, type Sent, startRig } from './rig.ts'

/** Asks for an operation under a key. */
function ask(rig: Rig, name: OperationName, input: Record<string, unknown>, key: string, by = rig.alice) {
  const [path, sent] = requestFor(name, input, by)
  return rig.send(path, { ...sent, headers: { 'idempotency-key': key } } satisfies Sent)
}

const json = (text: string) => JSON.parse(text)

t.test('what is asked for twice under one key is made once, and told as it is by now', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const input = { repository: 'demo', commands: ['ls'], secrets: { TOKEN: 'hunter2-hunter2' } }
  const first = await ask(rig, 'sessions.create', input, 'one')
  t.equal(first.status, 201, first.text)
  const { id } = json(first.text)
  await rig.runner.session(id, 'starting', 'running')
  const again = await ask(rig, 'sessions.create', input, 'one')
  t.equal(again.status, 201, again.text)
  t.match(json(again.text), { id, status: 'running' })
  t.match(await rig.call('sessions.list'), { items: { length: 1 } })
  t.equal((await rig.call('commands.list', { session: id })).items.length, 1)

  const others = await Promise.all([
    ask(rig, 'sessions.create', input, 'two'),
    ask(rig, 'sessions.create', input, 'one', rig.bob),
    rig.send('/sessions', { method: 'POST', body: input }),
  ])
  t.same(
    others.map(({ status }) => status),
    [201, 201, 201],
  )
  const ids = others.map(({ text }) => json(text).id)
  t.equal(new Set([id, ...ids]).size, 4, 'another key, another user, no key')

  await rig.call('sessions.delete', { session: id })
  await rig.runner.session(id, 'stopped')
  await rig.runner.remove(id)
  t.match(problemOf(t, await ask(rig, 'sessions.create', input, 'one')), { code: 'session_not_found' })
})

t.test('a key that stands for another input is refused, and so is one that is none', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  t.equal((await ask(rig, 'commands.run', { session: id, command: 'ls' }, 'k')).status, 201)
  const changed = await ask(rig, 'commands.run', { session: id, command: 'rm' }, 'k')
  t.match(problemOf(t, changed), { status: 422, code: 'idempotency_key_reused' })
  for (const key of ['', 'x'.repeat(256), 'caf\u00e9', 'a\tb'])
    t.match(problemOf(t, await ask(rig, 'commands.run', { session: id, command: 'ls' }, key)), {
      code: 'invalid_input',
      errors: [{ path: 'Idempotency-Key' }],
    })
  t.match(problemOf(t, await ask(rig, 'sessions.stop', { session: id }, 'k')), {
    code: 'invalid_input',
    errors: [{ path: 'Idempotency-Key', message: /leave it out/ }],
  })
  t.equal((await ask(rig, 'sessions.get', { session: id }, 'k')).status, 200, 'where nothing is made')
  t.match(await rig.call('commands.list', { session: id }), { items: { length: 1 } })
})

t.test('a refused request leaves its key free', async t => {
  const rig = await startRig(t)
  const refused = await ask(rig, 'sessions.create', { repository: 'demo' }, 'k')
  t.equal(problemOf(t, refused).code, 'repository_not_found')
  await rig.repository()
  t.equal((await ask(rig, 'sessions.create', { repository: 'demo' }, 'k')).status, 201)
})

t.test('a key is of its operation', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const session = await ask(rig, 'sessions.create', { repository: 'demo' }, 'k')
  const same = await ask(rig, 'sessions.get_or_create', { repository: 'demo', label: 'other' }, 'k')
  t.same([session.status, same.status], [201, 201], same.text)
  t.not(json(same.text).id, json(session.text).id)
})

t.test('a request that was refused by the store itself leaves its key free, too', async t => {
  const { sessions } = serverSchema.parse({ sessions: { per_owner: 1 } })
  const rig = await startRig(t, { sessions })
  await rig.repository()
  const { id } = await rig.session()
  const refused = await ask(rig, 'sessions.create', { repository: 'demo' }, 'k')
  t.equal(problemOf(t, refused).code, 'session_limit')
  await rig.call('sessions.stop', { session: id })
  await rig.runner.session(id, 'stopped')
  const made = await ask(rig, 'sessions.create', { repository: 'demo' }, 'k')
  t.equal(made.status, 201, made.text)
  t.not(json(made.text).id, id)
})

t.test('of many at once with one key, one makes it and all tell it', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  // Nobody writes before all of them have seen that the key is free.
  const { write } = rig.store
  let waiting = 0
  const all = Promise.withResolvers<void>()
  rig.store.write = async work => {
    waiting += 1
    if (waiting === 10) all.resolve()
    await all.promise
    return write(work)
  }
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => ask(rig, 'commands.run', { session: id, command: 'ls' }, 'k')),
  )
  t.same([...new Set(answers.map(({ status }) => status))], [201])
  t.equal(new Set(answers.map(({ text }) => json(text).id)).size, 1)
  t.equal((await rig.call('commands.list', { session: id })).items.length, 1)
})

t.test('whatever is made is made once', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id: session, commands } = await rig.session(['ls'])
  const inputs: Partial<Record<OperationName, Record<string, unknown>>> = {
    'repositories.add': { url: 'https://example.org/other.git' },
    'sessions.create': { repository: 'demo' },
    'commands.run': { session, command: 'ls' },
    'commands.rerun': { command: commands[0] },
    'debug.launch': { session, python: 'app.py' },
    'users.create': { name: 'maria' },
  }
  for (const name of keyedNames) {
    const input = inputs[name]
    if (input === undefined) continue
    const by = name === 'users.create' ? rig.admin : rig.alice
    const [first, again] = [await ask(rig, name, input, name, by), await ask(rig, name, input, name, by)]
    t.match([first.status, again.status], [201, 201], `${name}: ${again.text}`)
    t.equal(json(again.text).id, json(first.text).id, name)
  }
  t.equal((await rig.call('debug.list', { session })).items.length, 1)
})

t.test('a secret is told once: who asks again is told what was made, and what to do', async t => {
  const rig = await startRig(t)
  const input = { name: 'ci', scopes: ['cli'] }
  const { id, token } = json((await ask(rig, 'tokens.create', input, 'k', rig.admin)).text)
  const again = await ask(rig, 'tokens.create', input, 'k', rig.admin)
  const problem = problemOf(t, again)
  t.match(problem, { status: 409, code: 'secret_told_once' })
  t.match(problem.detail, id)
  t.notMatch(again.text, token)
  const kept = await rig.store.read(database => database.selectFrom('idempotency_keys').selectAll().execute())
  t.notMatch(JSON.stringify(kept), token)
})

t.test('a key is known for a day, and then swept by the next', async t => {
  let later = 0
  const rig = await startRig(t, { clock: { now: () => Date.now() + later } })
  await rig.repository()
  const { id } = await rig.session()
  const run = async () => json((await ask(rig, 'commands.run', { session: id, command: 'ls' }, 'k')).text).id
  const first = await run()
  later = 24 * 3_600_000 - 60_000
  t.equal(await run(), first)
  later = 24 * 3_600_000 + 60_000
  t.not(await run(), first)
  const kept = await rig.store.read(database =>
    database.selectFrom('idempotency_keys').select('key_sha256').execute(),
  )
  t.equal(kept.length, 1)
})

for (const moment of ['before', 'after'] as const)
  t.test(`an API that is killed ${moment} the commit makes nothing twice`, async t => {
    const rig = await startRig(t)
    await rig.repository()
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'killed-api.ts'), moment, join(rig.directory, 'store.db'), rig.directory],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    t.teardown(() => child.kill('SIGKILL'))
    const died = once(child, 'exit')
    const [url] = await once(createInterface(child.stdout), 'line')
    const [path, sent] = requestFor('sessions.create', { repository: 'demo' }, rig.alice)
    const headers = {
      authorization: `Bearer ${rig.alice.secret}`,
      'content-type': 'application/json',
      'idempotency-key': 'k',
    }
    await t.rejects(request(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(sent.body) }))
    t.same(await died, [null, 'SIGKILL'])
    t.match(await rig.call('sessions.list'), { items: { length: moment === 'before' ? 0 : 1 } })
    const again = await ask(rig, 'sessions.create', { repository: 'demo' }, 'k')
    t.equal(again.status, 201, again.text)
    const { items: sessions } = await rig.call('sessions.list')
    t.same(
      sessions.map(({ id }) => id),
      [json(again.text).id],
    )
  })
