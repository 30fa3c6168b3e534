import type { Caller } from './access.ts'
import type { Shadowing } from './catalogue/catalogue.ts'
import type { Drift } from './catalogue/drift.ts'
import type { LeftOut } from './catalogue/offer.ts'
import type { Declared } from './declared.ts'
import type { UpstreamState } from './upstream/upstream.ts'
import type { Upstreams } from './upstream/upstreams.ts'
import type { Views } from './view.ts'

export type ServerReadiness = {
  readonly name: string
  /**
   * `disabled`: by its configuration. `unmet`: never started, so nobody knows what it offers. `asleep`: started by the next call.
   * `failed`: not to be had now; its tools are not shown.
   */
  readonly state: 'disabled' | 'unmet' | 'asleep' | 'starting' | 'ready' | 'failed'
  /** Why it failed last. */
  readonly reason?: string
  readonly instances: readonly UpstreamState[]
  readonly tools: number
  readonly prompts: number
  /** Whether it was started since the proxy was: otherwise nobody knows whether it has drifted. */
  readonly seen: boolean
  /** What stands for what it offers now, where that is known: who accepts it says so by this. */
  readonly offer?: string
  readonly drift: readonly Drift[]
  readonly left_out: readonly LeftOut[]
  readonly shadowing: readonly Shadowing[]
}

type ReadinessOf = {
  readonly views: Views
  readonly declared: Declared
  readonly upstreams: Upstreams
  /** Who asks. */
  readonly caller: Caller
}

/** How each server that somebody may use stands for them, and in what it differs from what it is taken to be. */
export function readiness({ views, declared, upstreams, caller }: ReadinessOf): ServerReadiness[] {
  const { shadowing } = views.catalogue({ kind: 'all' })
  const known = Object.entries(views.settings.servers).filter(([name]) => caller.mayUse(name))
  return known.map(([name, { enabled }]): ServerReadiness => {
    const instances = upstreams.states(name, caller.owner)
    const offer = declared.offers.get(name)
    const failed = instances.find(({ isTripped }) => isTripped)
    const mark = declared.mark(name)
    const reason = (failed ?? instances.find(one => one.reason !== undefined))?.reason
    return {
      name,
      state: enabled ? stateOf(instances, offer !== undefined) : 'disabled',
      ...(reason === undefined ? {} : { reason }),
      instances,
      tools: offer?.tools.length ?? 0,
      prompts: offer?.prompts.length ?? 0,
      seen: declared.isSeen(name),
      ...(mark === undefined ? {} : { offer: mark }),
      drift: declared.drift(name),
      left_out: declared.leftOut(name),
      shadowing: shadowing.filter(one => one.server === name),
    }
  })
}

function stateOf(instances: readonly UpstreamState[], isMet: boolean): ServerReadiness['state'] {
  if (instances.some(({ kind }) => kind === 'ready')) return 'ready'
  if (instances.some(({ isTripped }) => isTripped)) return 'failed'
  if (instances.some(({ kind }) => kind === 'starting')) return 'starting'
  return isMet ? 'asleep' : 'unmet'
}
