import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { StartedProcess, StartRequest } from './started-process.ts'

/** Starts a program as a child of this process. */
export async function startHere({
  words: [file = '', ...rest],
  environment,
  directory,
  descriptors,
}: StartRequest): Promise<StartedProcess> {
  const child = spawn(file, rest, {
    cwd: directory,
    env: environment,
    detached: true,
    stdio: [...descriptors],
  })
  const { pid } = child
  if (pid === undefined) throw (await once(child, 'error'))[0]
  child.unref()
  return { pid, ended: new Promise(resolve => child.once('exit', resolve)) }
}
