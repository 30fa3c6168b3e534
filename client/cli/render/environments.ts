import type { Session } from '../../../services/contract/resources.ts'
import { sessionIsSettled } from '../../../services/contract/session-state.ts'

type Told = Pick<Session, 'id' | 'status' | 'environment' | 'environments'>

/** What a session is to have, and what has come of it: `auto: pip ready (env_0), npm building (env_1)`. Null without any. */
export function environmentsText({ status, environment, environments }: Told): string | null {
  if (environment[0] === 'none') return null
  const asked = environment.join(', ')
  if (environments.length > 0)
    return `${asked}: ${environments.map(({ manager, id, status }) => `${manager} ${status} (${id})`).join(', ')}`
  return sessionIsSettled(status) && status !== 'failed' ? `${asked}: there is no lock file` : asked
}

/** What a session that is starting waits for. */
export function startingText({ id, environments }: Told): string {
  const build = environments.find(({ status }) => status === 'building')
  if (build === undefined) return `${id} is starting`
  const by = build.session === null || build.session === id ? '' : ` by ${build.session}`
  return `${id} is starting: the environment of ${build.manager} is being built${by}`
}

/** The build of another session that one waits for, and where that tells of it; undefined where it waits for none. */
export function awaitedText({ id, environments }: Told): string | undefined {
  const build = environments.find(
    ({ status, session }) => status === 'building' && session !== null && session !== id,
  )
  if (build === undefined) return undefined
  const log = `debug-server session logs ${build.session} --command ${build.command} --follow`
  return `${id} waits for the environment of ${build.manager}, which ${build.session} builds: ${log}`
}
