import { spawnSync } from 'node:child_process'
import { hereby } from './hereby.ts'
import { just } from './just.ts'
import { make } from './make.ts'
import { ninja } from './ninja.ts'
import { nx } from './nx.ts'
import { installPeers } from './peer-packages.ts'
import type { Runner } from './runner.ts'
import { turbo } from './turbo.ts'
import { vitePlus } from './vite-plus.ts'
import { wireit } from './wireit.ts'

export type PeerName = 'turbo' | 'nx' | 'wireit' | 'vite-plus' | 'hereby' | 'just' | 'make' | 'ninja'

/** A peer, or why it cannot be measured here. */
export type Peer =
  | { readonly name: PeerName; readonly runner: Runner }
  | { readonly name: PeerName; readonly missing: string }

let found: readonly Peer[] | undefined

/** The peers with these names, in this order. Those from npm are installed first. */
export function peers(...names: PeerName[]): readonly Peer[] {
  return names.flatMap(name => allPeers().filter(peer => peer.name === name))
}

/** Each of them, whether it is there or not. */
export const allPeers = (): readonly Peer[] => (found ??= findPeers())

function findPeers(): readonly Peer[] {
  const named = (name: PeerName, runner: Runner): Peer => ({ name, runner })
  const onPath = (name: PeerName, create: (version: string) => Runner): Peer => {
    const version = /\d+\.\S+/.exec(spawnSync(name, ['--version'], { encoding: 'utf8' }).stdout ?? '')?.[0]
    return version === undefined ? { name, missing: 'not on PATH' } : { name, runner: create(version) }
  }
  return [...fromNpm(named), onPath('make', make), onPath('ninja', ninja)]
}

function fromNpm(named: (name: PeerName, runner: Runner) => Peer): readonly Peer[] {
  const all = [
    named('turbo', turbo),
    named('nx', nx),
    named('wireit', wireit),
    named('vite-plus', vitePlus),
    named('hereby', hereby),
    named('just', just),
  ]
  try {
    installPeers()
    return all
  } catch {
    return all.map(({ name }) => ({ name, missing: 'npm could not install it' }))
  }
}

/** One line with the version of everything that is measured, and of the machine. */
export function versionsLine(list: readonly Peer[], cores: number): string {
  const words = list.map(peer =>
    'runner' in peer ? `${peer.name} ${peer.runner.version}` : `${peer.name} missing`,
  )
  return [`Node ${process.versions.node}`, `${cores} cores`, ...words].join(', ')
}
