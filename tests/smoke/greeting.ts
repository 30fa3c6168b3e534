import { resolve } from 'node:path'

/** What another repository has: a Taskfile that takes the harness by its path, and its one stage, here in the same file. */
export const greetingTaskfile = (source: string) => `
import { smokeTask } from ${JSON.stringify(resolve(import.meta.dirname, '../../tasks/smoke/smoke-task.ts'))}

export const agentStages = {
  client: { 'words/greeting.txt': 'good morning\\n' },
  stages: ({ client }) => [
    {
      name: 'greet',
      describe: 'Have an agent greet somebody',
      prompt: 'Call echo with the words of ' + client + '/words/greeting.txt.',
      calls: [{ tool: 'echo', arguments: { text: 'good morning' }, accepts: {}, answer: 'good morning' }],
      forbidden: [],
      leaves: { present: ['echo'], absent: [] },
      closing: ([said]) => 'It says: ' + said,
      says: /good morning/,
    },
  ],
}

export default { smoke: smokeTask({ stages: import.meta.url, source: ${JSON.stringify(source)} }) }
`
