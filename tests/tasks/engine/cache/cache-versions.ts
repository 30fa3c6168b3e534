import { hash, print, type Tree } from './cache-rig.ts'

export const versions = 8

interface Version {
  readonly fingerprint: string
  readonly tree: Tree
  readonly digests: Readonly<Record<string, string>>
}

const made: Version[] = []

/** Outputs with the same names whose content tells their version. */
export function versionTree(version: number): Version {
  made[version] ??= makeVersion(version)
  return made[version]
}

function makeVersion(version: number): Version {
  const contents = {
    'out/a': `a of ${version}`.repeat(20),
    'out/deep/b': `b of ${version}`,
    'out/big': Buffer.alloc(1_100_000, `big of ${version}, `),
    'out/link': `of ${version}`,
    'out/shared': 'the same in all',
  }
  const tree: Tree = {
    ...contents,
    'out/deep/b': { content: contents['out/deep/b'], mode: 0o755 },
    'out/link': { link: contents['out/link'] },
  }
  const digests = Object.fromEntries(Object.entries(contents).map(([path, content]) => [path, hash(content)]))
  return { fingerprint: print(`version ${version}`), tree, digests }
}

/** The versions that an output may be of, by the digest of its content; none where it is half or mixed. */
export const versionsOf = (path: string, digest: string): number[] =>
  Array.from({ length: versions }, (_, version) => version).filter(
    version => versionTree(version).digests[path] === digest,
  )

/** The same numbers for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
