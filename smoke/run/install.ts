import { delimiter } from 'node:path'
import { readEnvironment } from '../sandbox/environment-file.ts'
import type { Phase } from './phase.ts'

/**
 * As somebody types it who has just cloned: what is missing is installed by the first word. On the Node of this host, which may be
 * too old for all else: the one that the phases run on may be of the packages of this checkout, and then the clone has to bring its own.
 */
export async function install({ places, exec }: Pick<Phase, 'places' | 'exec'>): Promise<void> {
  const { PATH = '' } = await readEnvironment(places)
  const ofHost = PATH.split(delimiter).filter(directory => !directory.includes('/node_modules/'))
  await exec('npx', ['task', '--version'], { env: { PATH: ofHost.join(delimiter) } })
}
