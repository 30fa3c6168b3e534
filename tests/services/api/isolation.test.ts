import { randomUUID } from 'node:crypto'
import t, { type Test } from 'tap'
import { contract, type OperationName, operationNames } from '../../../services/contract/contract.ts'
import { dialDebug } from './debug-rig.ts'
import { keepArtifact } from './keep-artifact.ts'
import { keepEnvironment } from './keep-environment.ts'
import { dialLog, dialStream } from './log-readers.ts'
import { problemOf, requestFor, startRig } from './rig.ts'
import { refusalOf } from './websocket-refusal.ts'

/** What one user has does not exist for another, wherever in a request it is named. */

/** Fields that name something that belongs to a user. */
const references = [
  'session',
  'command',
  'artifact',
  'environment',
  'debug',
  'after',
  'token',
  'sign_in',
] as const
type Reference = (typeof references)[number]

async function rigOf(test: Test) {
  const rig = await startRig(test)
  await rig.repository()
  const { id: session, commands } = await rig.session(['ls'])
  const command = `${commands[0]}`
  const artifact = await keepArtifact(rig, session)
  const environment = await keepEnvironment(rig)
  const { id: debug } = await rig.call('debug.launch', { session, python: 'app.py' })
  const password = 'correct-horse-7-battery'
  await rig.call('users.password', { user: 'alice', password }, rig.admin)
  const { sign_in } = await rig.call('auth.login', { name: 'alice', password }, null)
  const { id: own, commands: ownCommands } = await rig.session(['ls'], rig.bob)
  const hers = { session, command, artifact, environment, debug, sign_in: sign_in.id, token: rig.alice.id }
  return { ...rig, rig, hers, own: { session: own, command: `${ownCommands[0]}` } }
}

/** What else an operation needs, so that nothing but the reference is wrong. */
const needed: Partial<Record<OperationName, Record<string, unknown>>> = {
  'commands.run': { command: 'ls' },
  'commands.input': { text: 'x' },
  'commands.resize': { columns: 80, rows: 24 },
  'debug.launch': { python: 'app.py' },
  'debug.run_to_failure': { python: 'app.py' },
  'debug.break': { breakpoints: ['app.py:1'] },
  'debug.until': { at: 'app.py:1' },
  'debug.set': { name: 'x', value: '1' },
  'debug.memory': { address: '0x10' },
  'debug.write_memory': { address: '0x10', hex: '00' },
  'debug.rerun': { patch: 'diff' },
  'debug.control': { action: 'take' },
  'debug.share': { role: 'watch', user: 'alice' },
  'debug.evaluate': { expression: '1' },
  'debug.variables': { reference: 1 },
  'sessions.update': { ttl: 60 },
  'apps.get': { app: 'files' },
  'apps.start': { app: 'files' },
  'apps.stop': { app: 'files' },
  'apps.open': { app: 'files' },
}

/** A command in a body is a command line, and a secret or an environment of variables is no reference. */
const isReference = (name: OperationName, field: string): field is Reference => {
  if (name === 'commands.run' || name === 'debug.launch') return field === 'session' || field === 'after'
  if (name === 'debug.run_to_failure') return field === 'session' || field === 'debug'
  if (name === 'sessions.create' || name === 'sessions.get_or_create') return false
  if (name === 'events.follow') return field === 'session'
  return references.some(one => one === field)
}

const cases = operationNames.flatMap(name =>
  contract[name].access === 'admin' || contract[name].access === 'public'
    ? []
    : Object.keys(contract[name].input.shape).flatMap(field =>
        isReference(name, field) ? [{ name, field }] : [],
      ),
)

t.test('wherever it is named', async t => {
  const { rig, hers, own } = await rigOf(t)
  t.ok(cases.length > 45)
  const before = await rig.store.read(database => database.selectFrom('audit').select('position').execute())
  for (const { name, field } of cases) {
    // Everything else is one's own, so that nothing but the other's can be what is missing.
    const { shape } = contract[name].input
    const input: Record<string, unknown> = {
      ...('session' in shape ? { session: own.session } : {}),
      ...(name === 'tickets.create' ? { stream: 'logs' } : {}),
      ...needed[name],
      // In place of a program.
      ...(name === 'debug.run_to_failure' && field === 'debug' ? { python: undefined } : {}),
      [field]: field === 'after' ? [hers.command] : hers[field],
      ...('wait' in shape ? { wait: 0 } : {}),
    }
    const asked = (value: unknown) => rig.send(...requestFor(name, { ...input, [field]: value }, rig.bob))
    const answer = await asked(input[field])
    const problem = problemOf(t, answer)
    t.match(problem.code, /_not_found$/, `${name} ${field}: ${problem.detail}`)
    // Told in no other words than what never was.
    const [prefix] = `${[input[field]].flat()[0]}`.split('_')
    const never = `${prefix}_000000000000`
    const unknown = problemOf(t, await asked(field === 'after' ? [never] : never))
    t.equal(
      problem.detail.replaceAll(/\b[a-z]+_[0-9a-z]{12}\b/g, 'ID'),
      unknown.detail.replaceAll(/\b[a-z]+_[0-9a-z]{12}\b/g, 'ID'),
    )
    // Nor by the beginning of its id.
    const short = `${[input[field]].flat()[0]}`.slice(0, -1)
    const begun = problemOf(t, await asked(field === 'after' ? [short] : short))
    t.match(begun.code, /_not_found$/)
    t.notMatch(JSON.stringify(begun), `${[input[field]].flat()[0]}`, 'no id of hers is told')
  }
  const after = await rig.store.read(database => database.selectFrom('audit').select('position').execute())
  t.equal(after.length, before.length, 'and nothing of it has changed anything')
})

t.test('in streams', async t => {
  const { rig, hers, own } = await rigOf(t)
  const { bob } = rig
  for (const socket of [
    dialLog(rig, hers.session, {}, { person: bob }),
    dialLog(rig, own.session, { command: hers.command }, { person: bob }),
    dialStream(rig, `/events?session=${hers.session}`, { person: bob }),
    dialDebug(rig, hers.session, bob),
  ])
    t.match(problemOf(t, await refusalOf(socket)).code, /_not_found$/)
  const told = await rig.send('/events?after=0&once=true', { token: bob })
  for (const id of Object.values(hers)) t.notMatch(told.text, id)
  t.match(told.text, own.session)
})

t.test('in lists', async t => {
  const { rig, hers } = await rigOf(t)
  const lists = operationNames.filter(
    name =>
      name.endsWith('.list') &&
      contract[name].access !== 'admin' &&
      !('session' in contract[name].input.shape),
  )
  t.ok(lists.length >= 6, lists.join())
  for (const name of lists) {
    const { text, status } = await rig.send(...requestFor(name, {}, rig.bob))
    t.equal(status, 200, name)
    for (const id of Object.values(hers)) t.notMatch(text, id, name)
    if (name !== 'repositories.list') t.notMatch(text, 'alice', name)
  }
  const filtered = await rig.call('sessions.list', { owner: 'alice' }, rig.bob)
  t.same(filtered.items, [])
})

t.test('in what is done once for a key', async t => {
  const { rig, hers } = await rigOf(t)
  const key = { 'idempotency-key': randomUUID() }
  const run = (token: typeof rig.alice, session: string) =>
    rig.send(`/sessions/${session}/commands`, {
      ...{ method: 'POST', body: { command: 'true', wait: 0 }, headers: key, token },
    })
  const first = await run(rig.alice, hers.session)
  t.equal(first.status, 201)
  t.equal(JSON.parse((await run(rig.alice, hers.session)).text).id, JSON.parse(first.text).id)
  t.equal(problemOf(t, await run(rig.bob, hers.session)).code, 'session_not_found')
})
