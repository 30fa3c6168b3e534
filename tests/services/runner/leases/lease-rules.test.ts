import t from 'tap'
import { instanceId, runnerToken } from '../../../../services/contract/ids.ts'
import { expired, mayAct, renewalPause, sightings } from '../../../../services/runner/leases/lease-rules.ts'
import type { RegisteredRunner } from '../../../../services/store/runners.ts'

const runner = (token: number, beats: number): RegisteredRunner => ({
  token: runnerToken.parse(token),
  instance_id: instanceId.create(),
  host: 'here',
  pid: token,
  process_started: 'then',
  process_scope: `mark-${token}`,
  beats,
  term_ms: 900,
  renewed_at: '2026-01-01T00:00:00.000Z',
})

const tokens = (runners: RegisteredRunner[]) => runners.map(({ token }) => Number(token))
const nobodyIsGone = () => false

t.test('a holder acts until its term is over, counted from the renewal that it began', async t => {
  t.ok(mayAct(100, 100, 900))
  t.ok(mayAct(100, 999, 900))
  t.notOk(mayAct(100, 1_000, 900))
  t.ok(renewalPause(900) * 2 < 900, 'one renewal may fail')
})

t.test('a runner whose heartbeats stand still for its term has expired, any other has not', async t => {
  let seen = sightings(new Map(), [runner(1, 5), runner(2, 8)], 0)
  t.same(tokens(expired([runner(1, 5), runner(2, 8)], seen, 0, nobodyIsGone)), [])
  const later = [runner(1, 5), runner(2, 9), runner(3, 0)]
  seen = sightings(seen, later, 899)
  t.same(tokens(expired(later, seen, 899, nobodyIsGone)), [])
  seen = sightings(seen, later, 900)
  t.same(tokens(expired(later, seen, 900, nobodyIsGone)), [1])
  t.same(
    [...seen.values()].map(({ since }) => since),
    [0, 899, 899],
  )
  seen = sightings(seen, [runner(3, 0)], 1_000)
  t.same([...seen.keys()].map(Number), [3], 'those that are gone are forgotten')
})

t.test('a runner that is known to be gone has expired at once', async t => {
  const runners = [runner(1, 5), runner(2, 8)]
  t.same(tokens(expired(runners, sightings(new Map(), runners, 0), 0, ({ pid }) => pid === 2)), [2])
})
