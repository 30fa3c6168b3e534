import type { AgentSetting } from '../setting.ts'

/** A run says in its first and its last line which it was. */
export function agentText(agent: AgentSetting): string {
  switch (agent.kind) {
    case 'codex':
      return `Codex, led by a ${agent.model} model`
    case 'opencode':
      return 'opencode, led by a scripted model'
    case 'mcp':
      return 'a scripted MCP client'
    case 'none':
      return 'no agent'
  }
}
