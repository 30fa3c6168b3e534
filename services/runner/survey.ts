import type { DebugEngine } from '../contract/debug-state.ts'
import type { Survey } from '../contract/runner-messages.ts'
import type { RunnerContext } from './context.ts'
import type { Engine } from './debug/engine.ts'
import type { Engines } from './debug/engines.ts'
import { managers } from './environments/managers/managers.ts'

/** What this host has of all that sessions may ask for: the programs themselves are asked. */
export async function survey(
  { files, tools, path, inherit }: Pick<RunnerContext, 'files' | 'tools' | 'path' | 'inherit'>,
  engines: Engines,
): Promise<Survey> {
  // As sessions, it does not see what lies in the home of the runner's user.
  const environment = { ...inherit, PATH: path, HOME: files.toolHome }
  const [environments, debuggers] = await Promise.all([
    Promise.all(
      Object.values(managers).map(async manager => {
        const found = await tools.find(manager, environment)
        return { name: manager.name, ...(found.ok ? has(found.tools) : lacks(found.message)) }
      }),
    ),
    Promise.all(
      entriesOf(engines).map(async ([name, engine]) => {
        const found = await engine.find(environment)
        return { name, ...(found.ok ? has([found.tool]) : lacks(found.message)) }
      }),
    ),
  ])
  return { environments, debuggers }
}

type Tool = Survey['debuggers'][number]['tools'][number]

const has = (tools: readonly Tool[]) => ({
  available: true,
  tools: tools.map(({ name, version }) => ({ name, version })),
  missing: null,
})
const lacks = (missing: string) => ({ available: false, tools: [], missing })

const entriesOf = (engines: Engines) => Object.entries(engines) as [DebugEngine, Engine][]
