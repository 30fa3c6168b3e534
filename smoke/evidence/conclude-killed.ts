import { existsSync } from 'node:fs'
import { readdir, rmdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { agentText } from '../agents/agent-text.ts'
import { readMirror } from '../agents/codex-mirror.ts'
import { runSecrets } from '../agents/run-secrets.ts'
import { readEnvironment } from '../sandbox/environment-file.ts'
import { secretsIn } from '../sandbox/secrets.ts'
import { readSetting, type Setting } from '../setting.ts'
import { readMarker } from '../workspace/marker.ts'
import type { Places } from '../workspace/places.ts'
import { isNameOfRun } from './collect.ts'
import { conclude } from './conclude.ts'

type Evidence = {
  /** Where that of all runs is: what the workspace says of its own is written below it, and nowhere else. */
  readonly root: string
  readonly kept: boolean
  readonly now: Date
}

const unread = {
  phase: 'evidence',
  reason:
    'sandbox.env could not be read, so it is not known what is secret in the logs of services: these are not kept',
}

/** Of a run whose harness was killed before it could, what can be told is written: what its phases had said, its logs, and that it was killed. */
export async function concludeKilled(places: Places, { root, kept, now }: Evidence): Promise<void> {
  const [setting, marker] = [settingIn(places), readMarker(places)]
  if (marker === undefined) return
  if (setting?.run !== marker.run) return removeEmpty(root, marker.run)
  const { run, evidence, source, revision, agent, steps: before } = setting
  const isOfRun = dirname(evidence) === root && basename(evidence).endsWith(`-${run}`) && marker.run === run
  if (!isOfRun || !existsSync(evidence) || existsSync(join(evidence, 'summary.json'))) return
  // It was written before what the phases were told: where it is not there, it was taken away.
  const environment = await readEnvironment(places).catch(() => undefined)
  const secrets = runSecrets(secretsIn([...Object.values<string>(environment ?? {}), source]), () =>
    readMirror(places.codexHome),
  )
  await conclude({
    ...{
      run,
      places,
      evidence,
      source,
      revision,
      agent: agentText(agent),
      kept,
      started: new Date(marker.created_at),
    },
    ...{
      ended: now,
      stopped: 'killed',
      findings: environment === undefined ? [unread] : [],
      before,
      secrets: secrets(),
      log: () => {},
    },
    services: environment !== undefined,
  })
}

/** A run that was killed before anything was known of it leaves a directory for its evidence, and nothing to put there. */
async function removeEmpty(root: string, run: string): Promise<void> {
  for (const name of await readdir(root).catch(() => []))
    if (isNameOfRun(name) && name.endsWith(`-${run}`)) await rmdir(join(root, name)).catch(() => {})
}

function settingIn(places: Places): Setting | undefined {
  try {
    return readSetting(places)
  } catch {
    return undefined // it was killed before there was one
  }
}
