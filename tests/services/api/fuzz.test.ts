import { randomInt } from 'node:crypto'
import fc from 'fast-check'
import { sql, type Transaction } from 'kysely'
import t from 'tap'
import { Agent } from 'undici'
import { subjectOf } from '../../../lib/subject.ts'
import { openApiDocument } from '../../../services/api/openapi/document.ts'
import { problemSchema } from '../../../services/contract/problems.ts'
import { rowChanges } from '../../../services/store/row-changes.ts'
import type { Schema } from '../../../services/store/schema.ts'
import { getToken } from '../../../services/store/tokens.ts'
import { type FuzzedRequest, fuzzedRequests } from './fuzz-requests.ts'
import { keepArtifact } from './keep-artifact.ts'
import { startRig } from './rig.ts'
import { until } from './until.ts'

/**
 * Requests made up from the OpenAPI document: whatever comes, there is an answer that is no mistake of ours, and what is
 * refused has changed nothing. `FUZZ_SEED` and `FUZZ_REQUESTS` repeat a run, or make a longer one.
 */
const seed = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31))
const count = Number(process.env.FUZZ_REQUESTS ?? 10_000)
/** How many are in progress at a time. */
const width = 10
/** How long one may take; none is asked to wait. */
const deadline = 60_000

t.setTimeout(280_000)
t.comment(`FUZZ_SEED=${seed} FUZZ_REQUESTS=${count}`)

/** How many rows were changed so far, but for the log of who has asked for what, which tells of some refusals as well. */
async function changesIn(transaction: Transaction<Schema>): Promise<number> {
  const last = sql<number>`coalesce(max(position), 0)`.as('last')
  const { last: entries } = await transaction.selectFrom('audit').select(last).executeTakeFirstOrThrow()
  return rowChanges(transaction) - entries
}

t.test('whatever is asked is answered, and what is refused changes nothing', async t => {
  const started = Date.now()
  // A clock that stands still: when tokens were used is noted once, before.
  const rig = await startRig(t, { clock: { now: () => started } })
  await rig.repository()
  const { id: session, commands } = await rig.session(['ls'])
  const { id: debug } = await rig.call('debug.launch', { session, python: 'app.py' })
  const spare = await rig.person('spare', 'mcp')
  const known = {
    ...{ session, command: `${commands[0]}`, debug, repository: 'demo', user: 'spare', token: spare.id },
    artifact: await keepArtifact(rig, session),
  }
  rig.runner.debugger = ({ operation }) => ({
    ok: false,
    code: 'debugger_refused',
    detail: `no ${operation} today`,
  })
  // What is written once, whoever asks: that tokens are in use, and the key that access tokens are signed with.
  await rig.send('/whoami', { token: null, headers: { cookie: 'auth_token=x' } })
  for (const token of [rig.admin, rig.alice, rig.bob]) {
    await rig.send('/whoami', { token })
    await until(async () => (await getToken(rig.store, token.id))?.last_used_at !== null, 'its use is noted')
  }

  /** Of the requests under which a row has changed. */
  const changed = new Set<string>()
  const { write } = rig.store
  rig.store.write = work =>
    write(async transaction => {
      const before = await changesIn(transaction)
      const result = await work(transaction)
      if ((await changesIn(transaction)) !== before) changed.add(`${subjectOf()?.request}`)
      return result
    })

  const agent = new Agent({ connections: width, headersTimeout: deadline, bodyTimeout: deadline })
  t.teardown(() => agent.destroy())
  const tokens = ['', 'dst_wrong', rig.admin.secret, rig.alice.secret, rig.alice.secret, rig.bob.secret]
  const requests = fc.sample(fuzzedRequests(openApiDocument('1.2.3'), known, tokens), {
    numRuns: count,
    seed,
  })
  const byStatus = new Map<number, number>()
  const amiss: unknown[] = []
  const say = (what: string, request: FuzzedRequest, answer: unknown) =>
    amiss.push({ what, ...request, body: request.body?.slice(0, 500), answer })

  const ask = async (request: FuzzedRequest): Promise<void> => {
    const { method, path, headers, body } = request
    const {
      statusCode,
      headers: answered,
      body: stream,
    } = await agent.request({
      ...{ origin: rig.api.url, path, method: method as 'GET', headers, body: body ?? null },
    })
    byStatus.set(statusCode, (byStatus.get(statusCode) ?? 0) + 1)
    if (statusCode < 400) return void (await stream.dump({ limit: 1 }).catch(() => undefined))
    const text = await stream.text()
    const problem = method === 'HEAD' ? undefined : problemSchema.safeParse(JSON.parse(text))
    if (problem?.success === false) say('no problem document', request, text)
    if (statusCode === 500 || statusCode === 502) say('a mistake of ours', request, text)
    // A patch is tried by a command of the session, which stays there with its log.
    const tried = /\/debug\/rerun$/.test(path)
    if (!tried && changed.has(`${answered['x-request-id']}`))
      say('refused, and changed something', request, text)
  }
  const queue = requests.values()
  const worker = async () => {
    for (const request of queue) await ask(request).catch(error => say('no answer', request, String(error)))
  }
  await Promise.all(Array.from({ length: width }, worker))

  t.same(amiss.slice(0, 5), [], `${amiss.length} amiss, repeat with FUZZ_SEED=${seed}`)
  t.comment(Object.fromEntries(byStatus))
  t.ok((byStatus.get(200) ?? 0) + (byStatus.get(201) ?? 0) > count / 50, 'some were meant to be done')
  t.ok((byStatus.get(400) ?? 0) > count / 10, 'many were not')
  t.equal((await rig.send('/healthz')).status, 200)
})
