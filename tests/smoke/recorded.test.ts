import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readCodexEvents } from '../../smoke/agents/codex-events.ts'
import { readOpencodeEvents } from '../../smoke/agents/opencode-events.ts'
import { judge } from '../../smoke/stages/judge.ts'
import { agentStages } from '../../smoke/stages/stages.ts'

// What the real programs (Codex 0.169.0, opencode 1.18.33) printed in the stages of a smoke, but for paths and the name of what is installed.
const stages = agentStages.stages({
  run: '1a2b3c4d',
  clone: '/w/clone',
  client: '/w/client-repo',
  node: '/n',
})
const recorded = (agent: string, stage: string) =>
  readFileSync(join(import.meta.dirname, 'recorded', agent, `${stage}.jsonl`), 'utf8')

const agents = [
  ['codex', readCodexEvents, 'item.completed', ['"status":"completed"', '"status":"failed"']],
  ['opencode', readOpencodeEvents, 'tool_use', ['"status":"completed"', '"status":"error","error":"no"']],
] as const

for (const [agent, read, done, [completed, failed]] of agents)
  t.test(`what ${agent} has printed passes, and nothing that is less than that`, async t => {
    for (const stage of stages) {
      const text = recorded(agent, stage.name)
      const judged = (transcript: string) => judge(stage, transcript, read).kind
      t.equal(judged(text), 'passed', stage.name)
      const lines = text.split('\n').filter(Boolean)
      const calls = lines.filter(line => line.startsWith(`{"type":"${done}"`) && line.includes(completed))
      t.equal(calls.length, stage.calls.length, 'each of its calls is there')
      for (const call of calls) {
        t.equal(
          judged(lines.filter(line => line !== call).join('\n')),
          'failed',
          'one that did not come back',
        )
        t.equal(judged(text.replace(call, call.replace(completed, failed))), 'failed', 'one that failed')
      }
      if (calls.length > 1) {
        const [first = '', second = ''] = calls
        const swapped = text.replace(first, '\0').replace(second, first).replace('\0', second)
        t.equal(judged(swapped), 'failed', `${stage.name} in another order`)
      }
      const whole = text.trimEnd()
      const begun = whole.lastIndexOf('\n') + 1
      for (let at = begun; at < whole.length; at += 7)
        t.equal(judged(whole.slice(0, at)), 'failed', 'its last line cut short')
    }
  })

t.test('stages are not passed by the transcript of another', async t => {
  for (const [agent, read] of agents)
    for (const stage of stages)
      for (const { name } of stages)
        if (name !== stage.name)
          t.equal(judge(stage, recorded(agent, name), read).kind, 'failed', `${stage.name} by ${name}`)
})
