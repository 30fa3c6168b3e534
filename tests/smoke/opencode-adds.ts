import { opencodeRun } from '../../smoke/agents/opencode.ts'
import { readOpencodeEvents } from '../../smoke/agents/opencode-events.ts'
import { startScriptedModel } from '../../smoke/agents/scripted-model.ts'
import { opencodeNaming, stepsOf } from '../../smoke/agents/stage-steps.ts'
import { judge } from '../../smoke/stages/judge.ts'
import type { Stage } from '../../smoke/stages/stage.ts'
import { mcpServer } from './mcp-server.ts'
import { type Owner, room } from './room.ts'

const stage: Stage = {
  ...{ name: 'sums', describe: '', prompt: 'Add 1 and 2.', forbidden: [], says: /^3$/ },
  calls: [{ tool: 'add', arguments: { a: 1, b: 2 }, accepts: { a: 1 }, answer: 3 }],
  leaves: { present: [], absent: [] },
  closing: () => '3',
}

/** Has the real opencode add two numbers by a tool of an MCP server, led by the scripted model. */
export async function opencodeAdds(owner: Owner, program: string, deadline: number) {
  const { url, asked } = await mcpServer(owner)
  await using model = await startScriptedModel({ steps: stepsOf(stage, opencodeNaming) })
  const end = await opencodeRun({
    ...{ program, model, prompt: stage.prompt, cwd: room(owner), deadline },
    server: { url, token: 'the-token' },
  })
  return { ...end, verdict: judge(stage, end.stdout, readOpencodeEvents), asked: [...new Set(asked)] }
}
