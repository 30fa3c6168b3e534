import { createServer, type Socket } from 'node:net'
import { dirname } from 'node:path'
import type { Test } from 'tap'
import { leaveSocket, type Workspace } from '../../../config/workspace.ts'
import { makePrivateDirectory } from '../../../lib/socket-path.ts'

/** Listens where a service is asked to leave, and does then what the test says. */
export async function oneThatLeaves(
  t: Test,
  workspace: Pick<Workspace, 'runnerSocket'>,
  instance: string,
  asked: (by: Socket) => void,
): Promise<void> {
  const path = leaveSocket(workspace, instance)
  makePrivateDirectory(dirname(path))
  const open = new Set<Socket>()
  const server = createServer(by => {
    open.add(by)
    by.on('error', () => undefined).once('data', () => asked(by))
  })
  await new Promise<void>(resolve => server.listen(path, resolve))
  t.teardown(() => {
    for (const one of open) one.destroy()
    server.close()
  })
}
