import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { OutputCache } from '../../../../tasks/engine/cache/output-cache.ts'
import { CachePlace, filesIn, temporaryDirectory } from './cache-rig.ts'
import { randomNumbers, versions, versionsOf, versionTree } from './cache-versions.ts'

t.setTimeout(240_000)

const worker = join(import.meta.dirname, 'cache-worker.ts')
const preload = join(import.meta.dirname, 'kill-at-call.mjs')
/** Half of what a child takes is to load its modules. */
const compileCache = temporaryDirectory(t)

function start(at: CachePlace, args: readonly [string, ...string[]], killAt?: number): ChildProcess {
  const [mode, ...rest] = args
  const before = killAt === undefined ? [] : ['--import', preload]
  return spawn(process.execPath, [...before, worker, mode, at.directory, at.root, ...rest], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache, KILL_AT_CALL: `${killAt}` },
  })
}

async function end(child: ChildProcess): Promise<number | string> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode ?? child.signalCode ?? ''
}

/** Every output is whole, whatever its version. */
function eachWhole(t: Test, at: CachePlace, message: string): void {
  for (const { path, kind, digest } of filesIn(at.root)) {
    const fine = kind === 'directory' || versionsOf(path, digest).length > 0
    if (!fine) t.fail(`${message}: ${path} is of no version`)
  }
}

/** Every version is a miss or restored as it was stored; afterwards nothing is left that should not be. */
async function allWholeOrMiss(t: Test, at: CachePlace, message: string): Promise<number> {
  let restored = 0
  for (let version = 0; version < versions; version++) {
    const outcome = await at.cache.restore(versionTree(version).fingerprint, at)
    if (outcome.kind === 'miss') continue
    restored++
    const right = filesIn(at.root).every(
      ({ path, kind, digest }) => kind === 'directory' || versionsOf(path, digest).includes(version),
    )
    if (outcome.kind !== 'restored' || !right) t.fail(`${message}: version ${version}`, outcome)
  }
  const later = new OutputCache(at.directory, { now: () => Date.now() + 7_200_000 })
  await later.prune({ maxBytes: 0 })
  t.same([...at.listing('temporary'), ...at.listing('objects'), ...at.listing('entries')], [], message)
  return restored
}

t.test('killed before any change that it makes to the file system', async t => {
  let ended = false
  let calls = 0
  const next = async (): Promise<void> => {
    while (!ended) {
      const call = ++calls
      const at = new CachePlace(temporaryDirectory(t))
      await at.store(versionTree(0).fingerprint, versionTree(0).tree, '0')
      const code = await end(start(at, ['once', '1', '0'], call))
      if (code !== 'SIGKILL') {
        t.equal(code, 0, `it makes fewer than ${call} changes`)
        ended = true
      }
      eachWhole(t, at, `killed before change ${call}`)
      await allWholeOrMiss(t, at, `killed before change ${call}`)
    }
  }
  await Promise.all([next(), next(), next()])
  t.ok(calls > 40, `${calls} kills`)
})

t.test('killed at any moment', async t => {
  const seed = Number(process.env.CACHE_SEED ?? Date.now() % 1_000_000)
  t.comment(`CACHE_SEED=${seed}`)
  const random = randomNumbers(seed)
  let restored = 0
  for (let round = 0; round < 12; round++) {
    const at = new CachePlace(temporaryDirectory(t))
    const child = start(at, ['many', `${seed + round}`, '100000'])
    const { stdout } = child
    if (stdout === null) throw new Error('no stream')
    await once(stdout, 'data')
    await delay(random() * 150) // The moment is what is tried here: nothing is waited for.
    child.kill('SIGKILL')
    t.equal(await end(child), 'SIGKILL')
    eachWhole(t, at, `round ${round}`)
    restored += await allWholeOrMiss(t, at, `round ${round}`)
  }
  t.comment(`${restored} entries restored`)
})

t.test('several processes store, restore and prune at once', async t => {
  const seed = Number(process.env.CACHE_SEED ?? Date.now() % 1_000_000)
  t.comment(`CACHE_SEED=${seed}`)
  const directory = temporaryDirectory(t)
  const places = ['one', 'two', 'three'].map(name => new CachePlace(directory, {}, join(directory, name)))
  const children = places.map((at, index) => start(at, ['many', `${seed + index}`, '150']))
  for (const [index, child] of children.entries()) t.equal(await end(child), 0, `process ${index}`)
  for (const at of places) eachWhole(t, at, 'after all')
  const [at] = places
  if (at !== undefined) await allWholeOrMiss(t, at, 'after all')
})
