import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import t from 'tap'
import { identify, isAlive } from '../../../../../lib/processes/identity.ts'
import { scopeVariable } from '../../../../../lib/processes/process-scope.ts'
import { commandId } from '../../../../../services/contract/ids.ts'
import { endProcess } from '../../../../../services/runner/debug/children/end-process.ts'
import { until } from '../../../../until.ts'

t.test('a process with an environment of its own is ended, and nothing beside it', async t => {
  const command = commandId.create()
  const script = 'env -i sleep 60 & echo $!; sleep 60 & echo $!; wait'
  const env = { ...process.env, [scopeVariable]: command }
  const shell = spawn('sh', ['-c', script], { env, detached: true })
  t.teardown(() => shell.pid !== undefined && process.kill(-shell.pid, 'SIGKILL'))
  const lines = createInterface({ input: shell.stdout })
  const pids: number[] = []
  for await (const line of lines) if (pids.push(Number(line)) === 2) break
  const [bare, beside] = pids.map(pid => identify(pid))
  if (bare === undefined || beside === undefined) throw new Error('they are not there')

  await until('it to have no environment', () => readFileSync(`/proc/${bare.pid}/environ`).length === 0)
  await endProcess(command, bare.pid)
  await until('its end', () => !isAlive(bare), 5_000)
  t.ok(isAlive(beside))
  await endProcess(commandId.create(), beside.pid)
  t.ok(isAlive(beside), 'it is of another command')
})
