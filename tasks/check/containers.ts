import { which } from '../../lib/which.ts'
import { CommandError } from '../engine/command-error.ts'
import type { Exec } from '../engine/context.ts'
import type { Finding } from './finding.ts'
import { versionOf } from './version.ts'

/** The container engines of this host. Sessions run without one, as processes of the host. */
export async function inspectContainers(path: string | undefined, exec: Exec): Promise<Finding[]> {
  const found = await Promise.all(
    ['podman', 'docker'].map(async (name): Promise<Finding[]> => {
      const place = which(name, path ?? '')
      if (place === undefined) return []
      const version = (await versionOf(exec, place)) ?? 'version unknown'
      const what = `containers ${name}`
      if (name === 'docker' && !(await daemonAnswers(exec, place)))
        return [{ what, verdict: 'ok', detail: `${version}, ${place}; its daemon does not answer` }]
      return [{ what, verdict: 'ok', detail: `${version}, ${place}` }]
    }),
  )
  const engines = found.flat()
  if (engines.length > 0) return engines
  return [
    {
      what: 'containers',
      verdict: 'ok',
      detail: 'neither podman nor docker: sessions are processes of this host',
    },
  ]
}

async function daemonAnswers(exec: Exec, docker: string): Promise<boolean> {
  try {
    const { exitCode } = await exec(docker, ['version', '--format', '{{.Server.Version}}'], {
      output: 'capture',
      check: false,
      timeoutMs: 2_000,
    })
    return exitCode === 0
  } catch (error) {
    if (error instanceof CommandError) return false
    throw error
  }
}
