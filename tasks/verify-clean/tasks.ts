import { generatedDocs } from '../check/code-tasks.ts'
import { task } from '../engine/task.ts'

export const verifyClean = task({
  describe:
    'Check that nothing in this checkout differs from what is committed: files, generated docs, MCP servers',
  needs: { generatedDocs },
  timeout: '2m',
  run: async (_, { root, exec, print }) => {
    const { verifyClean } = await import('./verify-clean.ts')
    const { servers } = await verifyClean({ root, environment: process.env, exec })
    const gateway = servers === undefined ? 'not up' : `${servers} server(s) offer what they did`
    print(`tree clean, nothing generated is tracked, docs as generated, MCP gateway: ${gateway}\n`)
  },
})
