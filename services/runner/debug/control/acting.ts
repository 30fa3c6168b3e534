import { AsyncLocalStorage } from 'node:async_hooks'
import type { Viewer } from '../../../contract/debug-control.ts'

const storage = new AsyncLocalStorage<Viewer>()

/** Does some work on behalf of a viewer. */
export const onBehalfOf = <T>(viewer: Viewer, work: () => T): T => storage.run(viewer, work)

/** On whose behalf the present work is done; undefined where nobody has asked for it. */
export const actor = (): Viewer | undefined => storage.getStore()
