import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { removeTree } from '../../lib/remove-tree.ts'
import { handOver } from '../../smoke/agents/codex-mirror.ts'
import {
  guardedPlaces,
  opencodePlaces,
  type Snapshots,
  saveSnapshots,
  takeSnapshots,
} from '../../smoke/guard/guard.ts'
import type { Prepared } from '../../smoke/prepare.ts'
import { beforeFile } from '../../smoke/run/untouched.ts'
import { sandboxEnvironment } from '../../smoke/sandbox/environment.ts'
import { readEnvironment, writeEnvironment } from '../../smoke/sandbox/environment-file.ts'
import { portsIn, portVariables } from '../../smoke/sandbox/ports.ts'
import { type Setting, writeSetting } from '../../smoke/setting.ts'
import type { Running } from './running.ts'

/** Writes down all that the phases, and whoever looks into the workspace, have to know. */
export async function setUp(
  { places, phases, source, agent, codexHome }: Prepared,
  { environment, options, surroundings, settings, signal, steps }: Running,
  { run, mark, group, evidence }: Pick<Setting, 'run' | 'mark' | 'group' | 'evidence'>,
): Promise<{ readonly setting: Setting; readonly before: Snapshots }> {
  const { home } = surroundings
  const before = existsSync(places.environmentFile) ? portsIn(await earlier()) : {}
  const sandbox = sandboxEnvironment(
    places,
    { environment, home, nodeDirectory: dirname(process.execPath), exists: existsSync },
    run,
  )
  await writeEnvironment(places, {
    ...sandbox,
    ...(before.proxy === undefined ? {} : { [portVariables.proxy]: String(before.proxy) }),
    ...(before.api === undefined ? {} : { [portVariables.api]: String(before.api) }),
  })
  const checkout = source.kind === 'checkout' ? source.path : undefined
  const { root } = surroundings
  const own = existsSync(join(root, '.git')) ? [root] : []
  const checkouts = [...new Set([...own, ...(checkout === undefined ? [] : [checkout])])]
  // Git refuses checkouts of other users, and these were named.
  const safe = checkouts.flatMap(path => [path, `${path}/.git`])
  await writeFile(
    join(places.home, '.gitconfig'),
    `[safe]\n${safe.map(path => `\tdirectory = ${JSON.stringify(path)}\n`).join('')}`,
  )
  const guarded = {
    checkouts,
    places: guardedPlaces(home, environment, [
      ...(codexHome === undefined ? [] : [codexHome.directory]),
      ...(agent.kind === 'opencode' ? opencodePlaces(home, environment) : []),
    ]),
  }
  const snapshots = await takeSnapshots(guarded, { environment: sandbox, signal })
  await saveSnapshots(beforeFile(places), snapshots)
  if (codexHome !== undefined && phases.includes('codex-home')) await handOver(places.codexHome, codexHome)
  else await removeTree(places.codexHome)
  const { lowest_port, highest_port, seconds } = settings
  const setting: Setting = {
    ...{ version: 1, run, mark, group, evidence, phases: [...phases], guarded, agent, options, seconds },
    codexHome: codexHome?.directory,
    steps: steps.records.flatMap(step =>
      step.outcome === 'passed' ? [{ ...step, outcome: step.outcome }] : [],
    ),
    source: checkout ?? (source.kind === 'address' ? source.address : ''),
    revision: source.revision,
    ports: { lowest: lowest_port, highest: highest_port },
  }
  await writeSetting(places, setting)
  // By their addresses: in a path "#" and "%" would mean something else to whoever imports it.
  const tasks = pathToFileURL(join(import.meta.dirname, 'phase-tasks.ts')).href
  const [phaseTasks, stages] = [tasks, surroundings.stages].map(address => JSON.stringify(address))
  await writeAtomically(
    places.taskfile,
    `import { agentStages } from ${stages}
import { phaseTasks } from ${phaseTasks}

export default phaseTasks(import.meta.dirname, agentStages)
`,
  )
  return { setting, before: snapshots }

  /** One that cannot be read is written anew with the clone, and says what is wrong where that is used as it is. */
  async function earlier(): Promise<Record<string, string>> {
    try {
      return await readEnvironment(places)
    } catch (error) {
      if (!phases.includes('bootstrap')) throw error
      return {}
    }
  }
}
