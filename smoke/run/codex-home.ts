import { UserError } from '../../lib/user-error.ts'
import { readCodexHome, readMirror, writeMirror } from '../agents/codex-mirror.ts'
import type { Phase } from './phase.ts'

/** A CODEX_HOME of the run's own, with what a person's says of sign-in and model, and the variables that the harness has handed over for it. */
export async function mirrorCodexHome({
  places,
  setting,
  log,
}: Pick<Phase, 'places' | 'setting' | 'log'>): Promise<void> {
  const { codexHome: own } = setting
  if (own === undefined) throw new Error('Codex is not led by a live model')
  const handedOver = readMirror(places.codexHome)
  if (handedOver === undefined)
    throw new UserError(`there is no ${places.codexHome}, which is there as long as a run is`, {
      fix: 'begin a new one with npx task smoke',
    })
  await writeMirror(places.codexHome, readCodexHome(own, handedOver.variables))
  log(`mirrored sign-in and model of ${own}`)
}
