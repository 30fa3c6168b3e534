import { cloneTask, type Phase } from './phase.ts'

/** Those of `check --code` that look at sources and docs. What is left out runs what the docs say, in clones and servers of its own. */
export const gates = ['lint', 'types', 'rules', 'docs']

/** What the contract says against the document that the API serves of it. */
const contract = 'tests/services/api/openapi.test.ts'

/** Both at once, for neither has work for every core all the time. Both are over before what is wrong is told. */
export async function structural(phase: Phase): Promise<void> {
  const ended = await Promise.allSettled([
    cloneTask(phase, ['--keep-going', ...gates]),
    cloneTask(phase, ['test', contract]),
  ])
  for (const one of ended) if (one.status === 'rejected') throw one.reason
}
