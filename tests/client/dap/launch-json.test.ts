import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import t from 'tap'
import { z } from 'zod'
import { contract } from '../../../services/contract/contract.ts'
import { type DebugEngine, debugEngines } from '../../../services/contract/debug-state.ts'

/** The `launch.json` of docs/debugging-ides.md: each configuration is one that `debug.launch` takes. */
const guide = resolve(import.meta.dirname, '../../../docs/debugging-ides.md')
const configurationSchema = z.looseObject({
  name: z.string(),
  type: z.literal('debug-server'),
  request: z.enum(['launch', 'attach']),
  debugServer: z.int(),
})

t.test('the documented launch.json is what the server takes, for every engine', async t => {
  const [, text = ''] = /```json\n(\{\n {2}"version".*?)```/s.exec(await readFile(guide, 'utf8')) ?? []
  const { configurations } = z
    .object({ configurations: z.array(configurationSchema) })
    .parse(JSON.parse(text))
  const launches = configurations.filter(({ request }) => request === 'launch')
  for (const { name, type: _, request: __, debugServer: ___, ...attributes } of launches) {
    const { success, error } = contract['debug.launch'].input.safeParse({ session: '@last', ...attributes })
    t.ok(success, `${name}: ${error?.message}`)
  }
  const said = JSON.stringify(launches)
  for (const engine of debugEngines) t.match(said, saying[engine], `one for ${engine}`)
})

const saying: Record<DebugEngine, RegExp> = {
  debugpy: /"python":/,
  gdb: /"engine":"gdb"/,
  'lldb-dap': /"engine":"lldb-dap"/,
  node: /"node":/,
  delve: /"go":/,
}
