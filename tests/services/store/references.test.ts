import t from 'tap'
import { commandId, type SessionId, sessionId } from '../../../services/contract/ids.ts'
import { resolveCommand } from '../../../services/store/commands.ts'
import { resolveSession } from '../../../services/store/sessions.ts'
import { resolveToken } from '../../../services/store/tokens.ts'
import { storeRig } from './store-rig.ts'

t.test('sessions by what was said of them', async t => {
  const rig = await storeRig(t)
  const other = await rig.user('other')
  const named = async (id: string, owner = rig.owner): Promise<SessionId> => {
    const parsed = sessionId.schema.parse(id)
    const created = await rig.session([], owner)
    await rig.store.write(db =>
      db.updateTable('sessions').set({ id: parsed }).where('id', '=', created).execute(),
    )
    return parsed
  }
  const one = await named('ses_abc000000000')
  const two = await named('ses_abd000000000')
  const last = await named('ses_zzzzzzzzzzzz')
  const foreign = await named('ses_abc111111111', other)

  const mine = { owner: rig.owner }
  const find = (reference: string, visible: 'all' | typeof mine = mine) =>
    resolveSession(rig.store, reference, rig.owner, visible)
  const cases: [reference: string, visible: 'all' | typeof mine, found: SessionId | string[] | undefined][] =
    [
      [one, mine, one],
      ['ses_abc', mine, one],
      ['abc', mine, one],
      ['abd', mine, two],
      ['ab', mine, [one, two]],
      ['ab', 'all', [one, foreign, two]],
      ['z', mine, last],
      ['zzzzzzzzzzzz', mine, last],
      ['q', mine, undefined],
      [foreign, mine, undefined],
      [foreign, 'all', foreign],
      ['@last', mine, last],
      ['@last', 'all', last],
    ]
  for (const [reference, visible, expected] of cases)
    await t.test(`${reference} among ${visible === 'all' ? 'all' : 'mine'}`, async t => {
      const found = await find(reference, visible)
      if (expected === undefined) t.same(found, { found: false, reason: 'none' })
      else if (typeof expected === 'string') t.equal(found.found && found.value.id, expected)
      else if (found.found || found.reason !== 'ambiguous')
        t.fail(`it is ambiguous: ${JSON.stringify(found)}`)
      else t.same([...found.candidates].sort(), [...expected].sort())
    })

  t.same(await resolveSession(rig.store, '@last', await rig.user('new'), 'all'), {
    found: false,
    reason: 'none',
  })
})

t.test('commands and tokens by a beginning of their id', async t => {
  const rig = await storeRig(t)
  const session = await rig.running()
  const ids = []
  for (const text of ['cmd_abc000000000', 'cmd_abd000000000']) {
    const id = commandId.schema.parse(text)
    const created = await rig.queue(session)
    await rig.store.write(db => db.updateTable('commands').set({ id }).where('id', '=', created).execute())
    ids.push(id)
  }
  const mine = { owner: rig.owner }
  t.match(await resolveCommand(rig.store, 'abc', mine), { found: true, value: { id: ids[0] } })
  t.match(await resolveCommand(rig.store, 'cmd_ab', mine), { found: false, reason: 'ambiguous' })
  t.match(await resolveCommand(rig.store, 'abc', { owner: await rig.user('other') }), {
    found: false,
    reason: 'none',
  })
  t.match(await resolveCommand(rig.store, 'abc', 'all'), { found: true })
  const token = await rig.token('laptop')
  t.match(await resolveToken(rig.store, token), { found: true, value: { name: 'laptop' } })
  t.match(await resolveToken(rig.store, token.slice(4)), { found: true })
})
