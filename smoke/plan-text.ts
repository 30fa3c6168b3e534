import { agentText } from './agents/agent-text.ts'
import { describePhase } from './phases.ts'
import type { Prepared } from './prepare.ts'
import { withoutCredentials } from './sandbox/secrets.ts'

const decisions = {
  make: 'made, and removed in the end',
  take: 'there and empty: taken',
  reuse: 'there from an earlier run: used again',
  replace: 'there: removed and made anew',
} as const

/** What a run would do, for people. `stale`: the workspaces that it would remove first. */
export function planText(
  { places, decision, source, phases: planned, stages, keep, agent, codexHome }: Prepared,
  { evidence, stale }: { evidence: string; stale: readonly string[] },
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
    ['evidence', evidence],
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
    ...rows(planned.map(name => [`  ${name}`, describePhase(name, stages)])),
  ].join('\n')
}
