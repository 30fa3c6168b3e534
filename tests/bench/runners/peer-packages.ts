import { existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { npmPeers } from '../npm-peers.ts'
import { sourceRoot } from '../source-root.ts'

/** The peers from npm, each at one version, so that figures of two days can be compared. */
export const peerVersions = {
  hereby: '1.15.2',
  nx: '24.0.6',
  'rust-just': '1.57.0',
  turbo: '2.11.11',
  'vite-plus': '1.6.0',
  wireit: '0.14.13',
} as const

const installed = join(sourceRoot, '.artifacts/bench/peers/node_modules')

/** Installs them, unless an earlier run did. */
export function installPeers(): void {
  npmPeers('peers', peerVersions)
}

/** The path of a file of an installed peer. */
export const peerFile = (path: string): string => join(installed, path)

/**
 * Gives a workspace a `node_modules` of its own that leads to the peers: some of them look for themselves there, and
 * some keep their caches in it.
 */
export function linkPackages(directory: string): void {
  if (!existsSync(installed)) return
  for (const name of readdirSync(installed)) {
    if (name.startsWith('.') && name !== '.bin') continue
    const link = join(directory, 'node_modules', name)
    if (existsSync(link)) continue
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(installed, name), link)
  }
}
