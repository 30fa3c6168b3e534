import t from 'tap'
import { mcpSchema } from '../../../../../config/mcp/schema.ts'
import { compileCache } from '../../../../../config/workspace.ts'
import { launchOf } from '../../../../../services/proxy/gateway/upstream/launch.ts'

t.test(
  'a program of this project is told where its compiled code lies, and one of somebody else is not',
  t => {
    const { servers } = mcpSchema.parse({
      servers: { manager: { builtin: 'manager' }, other: { command: 'x' } },
    })
    const environment = { PATH: '/bin', NODE_COMPILE_CACHE: '/elsewhere' }
    const envOf = (name: string) => {
      const settings = servers[name]
      if (settings === undefined) throw new Error('it is declared')
      const launch = launchOf(name, settings, {
        root: '/root',
        environment,
        api: 'http://127.0.0.1:1',
        token: 'x',
      })
      return launch.kind === 'program' ? launch.env : undefined
    }
    t.same(envOf('manager'), { PATH: '/bin', NODE_COMPILE_CACHE: compileCache })
    t.same(envOf('other'), { PATH: '/bin' })
    t.end()
  },
)
