import type { SmokeOptions } from './options.ts'

/** Every phase in the order in which they come, and what it is for. */
export const phases = {
  clone: 'Clone the source at its revision',
  install: "Install the clone's dependencies, with the npm cache of this host",
  bootstrap: 'Bootstrap the clone: its environment, its store, its first token',
  ports: 'Choose ports that nobody listens on',
  up: 'Start API, runner and proxy',
  ready: 'Have a session of a small repository say a nonce, through the front door',
  structural: 'Run the structural tests: check --code, and the contract against its document',
  full: "Run the clone's whole test suite",
  'verify-clean': 'Check that the clone is as it was committed',
  confined: 'Check that nothing of the run listens but where it should',
  down: 'End everything, and check that nothing is left',
  untouched: 'Check that nothing outside of the workspace has changed',
} as const
export type PhaseName = keyof typeof phases

export const phaseNames = Object.keys(phases).filter((name): name is PhaseName => name in phases)

type Wish = Pick<SmokeOptions, 'bootstrapOnly' | 'testScope'> & { readonly bootstraps: boolean }

/** Which of them a run has. */
export function phasesOf({ bootstrapOnly, testScope, bootstraps }: Wish): PhaseName[] {
  const before: readonly PhaseName[] = ['clone', 'install', 'bootstrap']
  return phaseNames.filter(name => {
    if (before.includes(name)) return bootstraps
    if (name === 'untouched') return true
    if (bootstrapOnly) return false
    if (name === 'structural') return testScope !== 'none'
    if (name === 'full') return testScope === 'full'
    return true
  })
}
