import { agentText } from './agents/agent-text.ts'
import { defaults, type SmokeOptions } from './options.ts'
import { describePhase } from './phases.ts'
import type { Prepared } from './prepare.ts'
import { withoutCredentials } from './sandbox/secrets.ts'
import { stepsAfter, stepsBefore } from './steps.ts'

const decisions = {
  make: 'made, and removed in the end',
  take: 'there and empty: taken',
  reuse: 'there from an earlier run: used again',
  replace: 'there: removed and made anew',
} as const

type Around = {
  readonly options: SmokeOptions
  readonly evidence: string
  /** The workspaces that would be removed first. */
  readonly stale: readonly string[]
  /** Where ports are taken from that nobody has named, and those of an earlier run there. */
  readonly range: { readonly lowest: number; readonly highest: number }
  readonly before: { readonly proxy?: number | undefined; readonly api?: number | undefined }
}

/** What a run would do, for people. */
export function planText(
  { places, decision, source, phases: planned, stages, keep, agent, codexHome }: Prepared,
  { options, evidence, stale, range, before }: Around,
): string {
  const from =
    source.kind === 'checkout'
      ? `${source.path} at ${source.revision}`
      : `${withoutCredentials(source.address)} at ${source.revision ?? 'its HEAD'}`
  const left = source.kind === 'checkout' && source.uncommitted > 0 ? source.uncommitted : undefined
  const facts = [
    ['workspace', `${places.workspace} (${decisions[decision.kind]}${keep ? '; kept' : ''})`],
    ['source', from],
    ...(left === undefined ? [] : [['not tested', `${left} uncommitted change(s) of the source`]]),
    ['clone', places.clone],
    ['homes', places.home],
    ['environment', places.environmentFile],
    ['ports', portsText(options.port ?? before.proxy, before.api, range)],
    ['evidence', evidence],
    ['flags', flagsText(options)],
    ['agent', agentText(agent)],
    ...(codexHome === undefined ? [] : [['sign-in', `that of ${codexHome.directory}`]]),
    ...stale.map(path => ['removed first', path]),
  ]
  const width = (rows: readonly (readonly string[])[]) => Math.max(...rows.map(([name = '']) => name.length))
  const rows = (all: readonly (readonly string[])[]) =>
    all.map(([name = '', ...rest]) => `${name.padEnd(width(all))}  ${rest.join('  ')}`)
  return [
    ...rows(facts),
    'phases:',
    ...rows([
      ...Object.entries(stepsBefore).map(([name, describe]) => [`  ${name}`, describe]),
      ...planned.map(name => [`  ${name}`, describePhase(name, stages)]),
      ...Object.entries(stepsAfter).map(([name, describe]) => [`  ${name}`, describe]),
    ]),
  ].join('\n')
}

function portsText(
  proxy: number | undefined,
  api: number | undefined,
  { lowest, highest }: Around['range'],
): string {
  const free = `a free one of ${lowest} to ${highest}`
  return `${proxy ?? free} for the proxy, ${api ?? free} for the API`
}

/** Those that count, said or not; of the switches those that are on, or are not though they would be. */
const flagsText = (options: SmokeOptions): string =>
  Object.entries(defaults)
    .flatMap(([name, preset]) => {
      const value = Object.entries(options).find(([one]) => one === name)?.[1]
      const flag = name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)
      if (typeof value !== 'boolean') return [`--${flag} ${value}`]
      if (value) return name === 'planOnly' ? [] : [`--${flag}`]
      return preset === true ? [`--no-${flag}`] : []
    })
    .join(' ')
