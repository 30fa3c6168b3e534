import t from 'tap'
import { createToken } from '../../../../services/store/tokens.ts'
import { until } from '../../../until.ts'
import { app, onSocket, site } from '../../runner/apps/rig.ts'
import { frontRig } from './rig.ts'

t.setTimeout(240_000)

t.test('apps that live, how long they took to start and why they ended are among the figures', async t => {
  const silent = app({ command: ['sh', '-c', 'sleep 600', '{socket}'], ready_seconds: 1 })
  const rig = await frontRig(t, { site: onSocket, silent })
  const token = await createToken(rig.store, {
    ...{ name: 'figures', scopes: ['admin'] as const, now: rig.now(), expires_at: null },
  })
  if (token.outcome !== 'created') throw new Error(token.outcome)
  const figures = async () => {
    const { text } = await rig.send('/metrics', { headers: rig.bearer({ token: token.secret }) })
    return [...text.matchAll(/^debug_server_(apps|app_\w+(?:_count|_total))({.*?})? (\S+)$/gm)].map(
      ([, name, labels = '', value]) =>
        [name, /reason="(\w+)"/.exec(labels)?.[1] ?? '', Number(value)] as const,
    )
  }
  const some =
    ([name, reason, value]: readonly [string, string, number]) =>
    async () =>
      (await figures()).some(figure => figure[0] === name && figure[1] === reason && figure[2] === value)
  const { id } = await rig.sessionOf({ 'site.py': site })
  const ask = (name: string, path = '/') =>
    rig.send(path, { host: rig.hostOf(id, name), headers: rig.bearer(rig.alice) })
  t.equal((await ask('site')).status, 200)
  await until('it is counted', some(['apps', '', 1]))
  await until('its start as well', some(['app_start_seconds_count', '', 1]))
  t.equal(await some(['app_ends_total', 'exited', 0])(), true)
  await ask('site', '/end')
  await until('its end', some(['app_ends_total', 'exited', 1]))
  await until('it lives no more', some(['apps', '', 0]))
  await ask('silent')
  await until('one that was never ready', some(['app_ends_total', 'app_not_ready', 1]))
  t.equal(await some(['app_start_seconds_count', '', 1])(), true)
})
