import { spawn } from 'node:child_process'
import { once } from 'node:events'
import t from 'tap'
import { hasAgent } from '../../../../../services/runner/debug/attach/process-kind.ts'
import { agentEnvironment } from '../../../../../services/runner/debug/node/agent-environment.ts'

t.test('what was started with options of its own came without the agent of a debugger', async t => {
  const agent = agentEnvironment('/nowhere', '--no-warnings')
  const table = [
    [agent, true],
    [{ ...agent, NODE_OPTIONS: `--trace-exit ${agent.NODE_OPTIONS}` }, true],
    [{ ...agent, NODE_OPTIONS: '--max-old-space-size=4096' }, false],
    [{ NODE_OPTIONS: agent.NODE_OPTIONS }, false],
    [{}, false],
  ] as const
  for (const [env, has] of table) {
    const child = spawn('/bin/sleep', ['100'], { env, stdio: 'ignore' })
    t.teardown(() => child.kill('SIGKILL'))
    await once(child, 'spawn')
    t.equal(hasAgent(child.pid ?? 0), has, JSON.stringify(env))
  }
})
