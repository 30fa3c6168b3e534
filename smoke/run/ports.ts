import { readEnvironment, writeEnvironment } from '../sandbox/environment-file.ts'
import { choosePorts, isFree, portsIn, portVariables } from '../sandbox/ports.ts'
import { cloneTask, type Phase } from './phase.ts'

/** Puts the ports into the environment of all that comes now; those of an earlier run stay where they are free. */
export async function ports({ places, setting, log }: Phase): Promise<void> {
  const environment = await readEnvironment(places)
  const chosen = await choosePorts({
    range: setting.ports,
    asked: setting.options.port,
    before: portsIn(environment),
    keeps: setting.options.skipBootstrap,
  })
  await writeEnvironment(places, {
    ...environment,
    [portVariables.proxy]: String(chosen.proxy),
    [portVariables.api]: String(chosen.api),
  })
  log(`the proxy will listen on ${chosen.proxy}, the API on ${chosen.api}`)
}

/**
 * After a start that has failed: where somebody else listens on one of the ports by now, takes others, unless they were asked for. Two smokes
 * that begin in the same moment may choose the same.
 */
export async function movedAway(phase: Phase): Promise<boolean> {
  const { places, setting, log, signal } = phase
  signal.throwIfAborted()
  const before = Object.values(portsIn(await readEnvironment(places)))
  if (setting.options.port !== undefined || setting.options.skipBootstrap) return false
  const areFree = async () => (await Promise.all(before.map(isFree))).every(Boolean)
  if (await areFree()) return false
  // What has started of it holds its own. Where that cannot be ended, why it failed to start is what counts.
  const isDown = await cloneTask(phase, ['down', '--yes']).then(
    () => true,
    () => false,
  )
  if (!isDown || (await areFree())) return false
  log('somebody has taken a port of these meanwhile')
  await ports(phase)
  return true
}
