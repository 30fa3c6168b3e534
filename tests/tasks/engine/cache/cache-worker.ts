/**
 * A process that stores, restores and prunes, for tests that kill it or run several.
 *
 *     cache-worker.ts once DIRECTORY ROOT FROM TO      stores version FROM, restores TO, prunes
 *     cache-worker.ts many DIRECTORY ROOT SEED TIMES   the same at random, and says when it is under way
 */
import { OutputCache } from '../../../../tasks/engine/cache/output-cache.ts'
import { makeTree } from './cache-rig.ts'
import { randomNumbers, versions, versionTree } from './cache-versions.ts'

const [mode, directory = '', root = '', third = '', fourth = ''] = process.argv.slice(2)
const cache = new OutputCache(directory, { maxBytes: 9_000_000 })
// Unless a test counts its calls, nobody does.
const { countChanges = () => {} } = globalThis as { countChanges?: () => void }

async function store(version: number, from: string): Promise<void> {
  const { fingerprint, tree } = versionTree(version)
  const files = makeTree(from, tree)
  if (mode === 'once') countChanges()
  const stored = await cache.store({
    fingerprint,
    task: 'x',
    root: from,
    files,
    result: Buffer.from(`${version}`),
  })
  if (stored.kind !== 'stored') throw new Error(stored.why)
}

async function restore(version: number): Promise<void> {
  const restored = await cache.restore(versionTree(version).fingerprint, { root })
  if (restored.kind === 'failed') throw new Error(restored.why)
  if (restored.kind === 'restored' && Buffer.from(restored.result).toString() !== `${version}`)
    throw new Error('the result of another version')
}

if (mode === 'once') {
  await store(Number(third), root)
  await restore(Number(fourth))
  await cache.prune({ maxBytes: 0 })
} else {
  const random = randomNumbers(Number(third))
  for (let count = 0; count < Number(fourth); count++) {
    const version = Math.floor(random() * versions)
    if (random() < 0.4) await store(version, `${root}-made`)
    else await restore(version)
    if (random() < 0.1) await cache.prune({ maxBytes: 4_000_000 })
    if (count === 0) process.stdout.write('under way\n')
  }
}
