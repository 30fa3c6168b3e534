import type { Remembered } from '../memory/remembered.ts'
import type { Asking } from './ask-version.ts'
import type { Binary } from './find-binary.ts'
import { type RememberedVersion, recallVersion } from './remembered-version.ts'
import type { ToolWish } from './tool-wish.ts'
import type { Fit } from './version-fit.ts'

export type KnownVersion =
  | { readonly kind: 'told'; readonly version: string; readonly fit: Fit }
  | { readonly kind: 'not-told'; readonly why: string }
  | { readonly kind: 'not-asked' }

export interface Learning extends Asking {
  readonly remembered: Remembered
  /** False where no program may be started: what is not remembered stays unknown. */
  readonly asks: boolean
}

interface Question {
  readonly path: string
  readonly args: readonly string[]
  readonly wishes: readonly ToolWish[]
}

/** Asks each program once, and only what is not remembered of it. Who does not tell is asked again the next time. */
export async function versionsOf(
  wishes: readonly (readonly [ToolWish, Binary])[],
  { remembered, asks, ...asking }: Learning,
): Promise<ReadonlyMap<ToolWish, KnownVersion>> {
  const known = new Map<ToolWish, KnownVersion>()
  const questions = new Map<string, Question>()
  const told = new Map<string, RememberedVersion>()
  for (const [wish, { path, identity }] of wishes) {
    const key = `tool ${identity} ${JSON.stringify(wish.args)}`
    questions.set(key, { path, args: wish.args, wishes: [...(questions.get(key)?.wishes ?? []), wish] })
    const recalled = recallVersion(remembered.get(key))
    if (recalled !== undefined) told.set(key, recalled)
  }
  const open = [...questions].filter(([key]) => !told.has(key))
  if (!asks)
    for (const [, { wishes }] of open) for (const wish of wishes) known.set(wish, { kind: 'not-asked' })
  else if (open.length > 0) {
    const { askVersions } = await import('./ask-version.ts')
    const answers = await askVersions(
      open.map(([, question]) => question),
      asking,
    )
    for (const [i, [key, { wishes }]] of open.entries()) {
      const answer = answers[i]
      if (answer?.kind === 'told') told.set(key, { version: answer.version, fits: {} })
      else if (answer !== undefined) for (const wish of wishes) known.set(wish, answer)
    }
  }
  for (const [key, { version, fits }] of told) {
    const learned: Record<string, Fit> = {}
    for (const wish of questions.get(key)?.wishes ?? []) {
      const { range } = wish
      const fit = fits[range] ?? learned[range] ?? (await newFit(version, range))
      if (fits[range] === undefined) learned[range] = fit
      known.set(wish, { kind: 'told', version, fit })
    }
    if (Object.keys(learned).length > 0) remembered.set(key, { version, fits: { ...fits, ...learned } })
  }
  return known
}

async function newFit(version: string, range: string): Promise<Fit> {
  const { fitOf } = await import('./version-fit.ts')
  return fitOf(version, range)
}
