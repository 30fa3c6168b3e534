import type { SmokeOptions } from './options.ts'

/** Every phase in the order in which they come, and what it is for. */
export const phases = {
  clone: 'Clone the source at its revision',
  install: "Install the clone's dependencies, with the npm cache of this host",
  bootstrap: 'Bootstrap the clone: its environment, its store, its first token',
  bundle: 'Install the starter bundle of MCP servers',
  'fetch-codex': 'Fetch Codex from npm, of the version that is known here',
  ports: 'Choose ports that nobody listens on',
  'client-repository': 'Seed the small repository that sessions and agents work on',
  up: 'Start API, runner and proxy',
  ready: 'Have a session of that repository say a nonce, through the front door',
  structural: 'Run the structural tests: lint, types, imports, docs, and the contract, each field of it too',
  'codex-home': 'Mirror how you are signed in to Codex, and to which model',
  full: "Run the clone's whole test suite",
  'verify-clean': 'Check that the clone is as it was committed',
  confined: 'Check that nothing of the run listens but where it should',
  down: 'End everything, and check that nothing is left',
  untouched: 'Check that nothing outside of the workspace has changed',
} as const
export type FixedName = keyof typeof phases
/** A stage of an agent is a phase like the others. */
export type StageName = `agent:${string}`
export type PhaseName = FixedName | StageName

export const isStage = (name: string): name is StageName => name.startsWith('agent:')
const isFixed = (name: string): name is FixedName => Object.hasOwn(phases, name)
export const isPhase = (name: string): name is PhaseName => isStage(name) || isFixed(name)

const fixedNames = Object.keys(phases).filter(isFixed)

export const describePhase = (
  name: PhaseName,
  stages: readonly { readonly name: string; readonly describe: string }[],
): string =>
  isStage(name) ? (stages.find(stage => name === `agent:${stage.name}`)?.describe ?? name) : phases[name]

/** Whether debuggers, tests and models are at work in it, which listen on ports of their own on the loopback interface by design. */
export const opensPorts = (name: string): boolean => isStage(name) || name === 'structural' || name === 'full'

type Wish = Pick<SmokeOptions, 'bootstrapOnly' | 'testScope' | 'fetchCodex'> & {
  readonly bootstraps: boolean
  /** Whether a live model leads Codex. */
  readonly signsIn: boolean
  /** The names of the agent's stages. */
  readonly stages: readonly string[]
}

/** Which of them a run has. */
export function phasesOf(wish: Wish): PhaseName[] {
  const { bootstrapOnly, testScope, fetchCodex, bootstraps, signsIn, stages } = wish
  const before: readonly FixedName[] = ['clone', 'install', 'bootstrap', 'bundle']
  const fixed = fixedNames.filter(name => {
    if (before.includes(name)) return bootstraps
    if (name === 'untouched' || name === 'ports') return true
    if (name === 'fetch-codex') return fetchCodex
    if (bootstrapOnly) return false
    if (name === 'codex-home') return signsIn
    if (name === 'structural') return testScope !== 'none'
    if (name === 'full') return testScope === 'full'
    return true
  })
  // Behind the structural tests, which are the sooner to fail.
  const at = fixed.findIndex(name => name === 'full' || name === 'verify-clean')
  return at === -1
    ? fixed
    : [...fixed.slice(0, at), ...stages.map(name => `agent:${name}` as const), ...fixed.slice(at)]
}
