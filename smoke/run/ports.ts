import { readEnvironment, writeEnvironment } from '../sandbox/environment-file.ts'
import { choosePorts, portsIn, portVariables } from '../sandbox/ports.ts'
import type { Phase } from './phase.ts'

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
